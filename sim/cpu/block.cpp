// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/block.h"

#include <capstone/capstone.h>

#include <new>

namespace ringside {

std::optional<Opcode> opcode_of(std::span<const std::byte> code, unsigned bits) {
  Opcode op;
  std::size_t at = 0;
  const auto peek = [&](std::size_t i) {
    return i < code.size() ? std::to_integer<std::uint8_t>(code[i]) : std::uint8_t{0};
  };
  for (;; ++at) {
    if (at >= code.size()) return std::nullopt;
    const std::uint8_t b = peek(at);
    if (b == 0x66)
      op.operand_size = true;
    else if (b == 0xF3)
      op.rep = true;
    else if (b == 0xF2)
      op.repne = true;
    else if (b == 0xF0)
      op.lock = true;
    else if (b != 0x67 && b != 0x2E && b != 0x36 && b != 0x3E && b != 0x26 && b != 0x64 && b != 0x65)
      break;
  }
  if (bits == 64 && (peek(at) & 0xF0) == 0x40) op.rex = peek(at++);
  if (peek(at) == 0x0F) {
    op.map = 1;
    ++at;
  }
  if (at >= code.size()) return std::nullopt;
  op.length_to_opcode = static_cast<std::uint8_t>(at);
  op.byte = peek(at);
  op.modrm = peek(at + 1);
  return op;
}

// Opcodes in rows, as the maps have them.
// clang-format off

bool takes_lock(const Opcode& op) {
  const unsigned reg = op.modrm >> 3 & 7;
  if (op.modrm >> 6 == 3) return false;
  if (op.map == 0) {
    // ADD, OR, ADC, SBB, AND, SUB, XOR to memory; CMP is none of them.
    if (op.byte < 0x38) return (op.byte & 7) < 2;
    switch (op.byte) {
      case 0x80: case 0x81: case 0x82: case 0x83: return reg != 7;  // the same with a constant
      case 0x86: case 0x87: return true;                            // XCHG
      case 0xF6: case 0xF7: return reg == 2 || reg == 3;            // NOT, NEG
      case 0xFE: case 0xFF: return reg < 2;                         // INC, DEC
      default: return false;
    }
  }
  switch (op.byte) {
    case 0xAB: case 0xB3: case 0xBB: case 0xB0: case 0xB1: case 0xC0: case 0xC1: return true;  // BTS, BTR, BTC, CMPXCHG, XADD
    case 0xBA: return reg > 4;                                                                 // BTS, BTR, BTC
    case 0xC7: return reg == 1;                                                                // CMPXCHG8B, CMPXCHG16B
    default: return false;
  }
}

InsnKind classify(std::span<const std::byte> code, unsigned bits) {
  const auto op = opcode_of(code, bits);
  if (!op) return InsnKind::plain;
  if (op->lock && !takes_lock(*op)) return InsnKind::ours;  // the engine does not look
  const unsigned reg = op->modrm >> 3 & 7;
  const bool memory = op->modrm >> 6 != 3;
  if (op->map == 0) {
    switch (op->byte) {
      case 0xCC: case 0xCD: case 0xCE: case 0xF1: return InsnKind::ours;               // INT3, INT n, INTO, INT1
      case 0x9E: case 0x9F: return op->rex ? InsnKind::ours : InsnKind::plain;          // SAHF, LAHF
      case 0xA4: case 0xA5: case 0xAA: case 0xAB:                                       // MOVS, STOS
        return op->rep || op->repne ? InsnKind::repeated : InsnKind::plain;
      case 0x6C: case 0x6D: case 0x6E: case 0x6F:                                       // INS, OUTS
      case 0xE4: case 0xE5: case 0xE6: case 0xE7:                                       // IN, OUT imm8
      case 0xEC: case 0xED: case 0xEE: case 0xEF: return InsnKind::port;                // IN, OUT DX
      case 0xCF: case 0xCA: case 0xCB: case 0x9A: case 0xEA: return InsnKind::control;  // IRET, RETF, CALL, JMP ptr
      case 0xC0: case 0xC1: case 0xD0: case 0xD1: case 0xD2: case 0xD3:                 // RCL, RCR among the shifts
        return memory && (reg == 2 || reg == 3) ? InsnKind::flags_before_access : InsnKind::plain;
      case 0xFF: return memory && (reg == 3 || reg == 5) ? InsnKind::control : InsnKind::plain;  // CALL, JMP m16:xx
      default: return InsnKind::plain;
    }
  }
  if ((op->byte & 0xF0) == 0x90) return memory ? InsnKind::flags_before_access : InsnKind::plain;  // SETcc
  switch (op->byte) {
    case 0x05: case 0x07: case 0x34: case 0x35:  // SYSCALL, SYSRET, SYSENTER, SYSEXIT
    case 0x30: case 0x31: case 0x32: case 0x33:  // WRMSR, RDTSC, RDMSR, RDPMC
    case 0xA2: case 0x21: case 0x23:             // CPUID, MOV r, DR and MOV DR, r
      return InsnKind::ours;
    case 0xA3: case 0xAB: case 0xB3: case 0xBB: case 0xBA: return InsnKind::undefined_flags;  // BT, BTS, BTR, BTC
    case 0x20: case 0x22:  // MOV r, CR and MOV CR, r; CR8 is the APIC's
      if (reg == 0 && (op->rex & 4)) return InsnKind::ours;
      return op->byte == 0x22 ? InsnKind::translation : InsnKind::plain;
    case 0x00: return reg == 2 || reg == 3 ? InsnKind::guarded : InsnKind::plain;          // LLDT, LTR
    case 0xAE: return memory && reg == 2 ? InsnKind::guarded : InsnKind::plain;            // LDMXCSR
    case 0x01:
      if (memory && (reg == 2 || reg == 3)) return InsnKind::guarded;                      // LGDT, LIDT
      if (memory) return reg == 6 || reg == 7 ? InsnKind::translation : InsnKind::plain;  // LMSW, INVLPG
      if (reg == 6) return InsnKind::translation;                                          // LMSW r
      switch (op->modrm) {
        case 0xC0: case 0xC1: case 0xC2: case 0xC3: case 0xC4:  // VMX
        case 0xC8: case 0xC9: case 0xD0: case 0xD1:             // MONITOR, MWAIT, XGETBV, XSETBV
        case 0xD8: case 0xD9: case 0xDA: case 0xDB: case 0xDC: case 0xDD: case 0xDE: case 0xDF:  // SVM
        case 0xF8: case 0xF9: return InsnKind::ours;            // SWAPGS, RDTSCP
        default: return InsnKind::plain;
      }
    case 0xC7:
      // RDRAND, RDSEED, RDPID: CPUID says there are none, and the host's randomness may not come in.
      return !memory && reg >= 6 ? InsnKind::ours : InsnKind::plain;
    default: return InsnKind::plain;
  }
}

// clang-format on

bool is_branch(const Opcode& op) {
  if (op.map == 1) return (op.byte & 0xF0) == 0x80;
  const unsigned reg = op.modrm >> 3 & 7;
  return (op.byte & 0xF0) == 0x70 || (op.byte >= 0xE0 && op.byte <= 0xE3) ||
         (op.byte >= 0xE8 && op.byte <= 0xEB) || op.byte == 0xC2 || op.byte == 0xC3 || op.byte == 0x9A ||
         (op.byte >= 0xCA && op.byte <= 0xCF) || (op.byte == 0xFF && reg >= 2 && reg <= 5);
}

bool repeats(const Opcode& op) {
  return op.map == 0 && (op.rep || op.repne) && op.byte >= 0x6C && op.byte <= 0xAF;
}

struct BlockDecoder::Handles {
  csh of16 = 0, of32 = 0, of64 = 0;
  cs_insn* insn = nullptr;
  csh of(unsigned bits) const { return bits == 64 ? of64 : bits == 32 ? of32 : of16; }
};

BlockDecoder::BlockDecoder() : handles_(std::make_unique<Handles>()) {
  if (cs_open(CS_ARCH_X86, CS_MODE_16, &handles_->of16) != CS_ERR_OK ||
      cs_open(CS_ARCH_X86, CS_MODE_32, &handles_->of32) != CS_ERR_OK ||
      cs_open(CS_ARCH_X86, CS_MODE_64, &handles_->of64) != CS_ERR_OK)
    throw std::bad_alloc();
  handles_->insn = cs_malloc(handles_->of64);
  if (!handles_->insn) throw std::bad_alloc();
}

BlockDecoder::~BlockDecoder() {
  cs_free(handles_->insn, 1);
  cs_close(&handles_->of16);
  cs_close(&handles_->of32);
  cs_close(&handles_->of64);
}

BlockContents BlockDecoder::decode(std::span<const std::byte> code, std::uint64_t address, unsigned bits) {
  ++decoded_;
  BlockContents contents;
  const auto* at = reinterpret_cast<const std::uint8_t*>(code.data());
  std::size_t left = code.size();
  while (left > 0) {
    const std::size_t offset = code.size() - left;
    contents.starts.push_back(static_cast<std::uint16_t>(offset));
    ++contents.instructions;
    const InsnKind kind = classify(code.subspan(offset, left < 15 ? left : 15), bits);
    if (kind != InsnKind::plain) contents.marks.push_back({static_cast<std::uint16_t>(offset), kind});
    if (!cs_disasm_iter(handles_->of(bits), &at, &left, &address, handles_->insn)) {
      contents.complete = false;
      break;
    }
  }
  return contents;
}

}  // namespace ringside
