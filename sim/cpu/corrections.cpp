// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/corrections.h"

#include "sim/cpu/block.h"
#include "sim/cpu/operand.h"
#include "sim/cpu/paging.h"

namespace ringside {
namespace {

constexpr std::uint8_t kSegmentNotPresent = 11, kStackFault = 12, kGeneralProtection = 13;
constexpr Exception kProtection{.vector = kGeneralProtection};

unsigned operand_bytes(const CpuState& cpu, const Opcode& op) {
  if (op.rex & 8) return 8;
  return (code_bits(cpu) == 16) != op.operand_size ? 2 : 4;
}

// The I/O permission map of the TSS (SDM volume 1, 19.5.2): two bytes are read whatever the port, and all
// bits of the access must be clear.
std::optional<Exception> port_access(const CpuState& cpu, const PhysicalMemory& memory, const Opcode& op) {
  constexpr std::uint64_t kMapBase = 102;  // within the TSS
  if (ports_are_open(cpu)) return std::nullopt;
  const bool immediate = op.byte >= 0xE4 && op.byte <= 0xE7;
  const std::uint64_t port = immediate ? op.modrm : cpu[Gpr::rdx] & 0xFFFF;
  const unsigned bytes = op.byte & 1 ? operand_bytes(cpu, op) & 7 : 1;  // there are no 64-bit ports
  const bool large_tss = cpu.tr.type() == 9 || cpu.tr.type() == 11;
  if (!large_tss || cpu.tr.limit < kMapBase + 1) return kProtection;
  const auto read = [&](std::uint64_t offset, std::optional<Exception>& fault) -> std::uint64_t {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 2 && !fault; ++i) {
      const Walk at = walk(cpu, memory, {cpu.tr.base + offset + i}, {.implicit = true});
      if (at.ok())
        value |= memory.read(at.physical, 1) << (8 * i);
      else
        fault = Exception{.vector = 14, .error_code = at.error_code, .cr2 = at.address.value};
    }
    return value;
  };
  std::optional<Exception> fault;
  const std::uint64_t at = read(kMapBase, fault) + port / 8;
  if (fault) return fault;
  if (at + 1 > cpu.tr.limit) return kProtection;
  const std::uint64_t bits = read(at, fault) >> (port & 7);
  if (fault) return fault;
  if (bits & ((std::uint64_t{1} << bytes) - 1)) return kProtection;
  return std::nullopt;
}

// Volume 2, "MOV-Move to/from Control Registers"; volume 3A 2.5. CR0's reserved bits below 32 are ignored.
bool allowed_cr0(const CpuState& cpu, std::uint64_t value) {
  if (value >> 32) return false;
  if ((value & cr0::pg) && !(value & cr0::pe)) return false;
  if ((value & cr0::nw) && !(value & cr0::cd)) return false;
  const bool paging_goes_on = (value & cr0::pg) && !(cpu.cr0 & cr0::pg);
  if (paging_goes_on && (cpu.efer & efer::lme) && (!(cpu.cr4 & cr4::pae) || cpu.cs.long_mode())) return false;
  return (value & cr0::pg) || mode(cpu) != CpuMode::long_64;
}

bool allowed_cr3(const CpuState& cpu, std::uint64_t value) {
  return !(cpu.efer & efer::lma) || value >> kPhysicalAddressBits == 0;
}

// What CPUID offers, and MCE and PCE, which go without an effect.
bool allowed_cr4(const CpuState& cpu, std::uint64_t value) {
  constexpr std::uint64_t kOffered = cr4::tsd | cr4::de | cr4::pse | cr4::pae | cr4::mce | cr4::pge |
                                     cr4::pce | cr4::osfxsr | cr4::osxmmexcpt | cr4::fsgsbase | cr4::smep |
                                     cr4::smap;
  if (value & ~kOffered) return false;
  return (value & cr4::pae) || !(cpu.efer & efer::lma);
}

std::optional<Exception> move_to_control(const CpuState& cpu, const Opcode& op) {
  if (cpu.cpl != 0 || (op.rex & 4)) return std::nullopt;  // refused by the engine, or CR8
  std::uint64_t value = cpu.gpr[(op.modrm & 7) | (op.rex & 1) << 3];
  if (code_bits(cpu) != 64) value &= 0xFFFF'FFFF;
  const unsigned number = op.modrm >> 3 & 7;
  const bool allowed = number == 0   ? allowed_cr0(cpu, value)
                       : number == 3 ? allowed_cr3(cpu, value)
                       : number == 4 ? allowed_cr4(cpu, value)
                                     : true;
  if (allowed) return std::nullopt;
  return kProtection;
}

// LGDT, LIDT: the base must be canonical.
std::optional<Exception> load_table(const CpuState& cpu, const PhysicalMemory& memory,
                                    std::span<const std::byte> code) {
  if (cpu.cpl != 0 || code_bits(cpu) != 64) return std::nullopt;
  const auto operand = memory_operand(cpu, code);
  if (!operand) return std::nullopt;
  const auto base = read_linear(cpu, memory, operand->linear + 2, 8);
  if (!base || canonical(*base)) return std::nullopt;
  return kProtection;
}

// LTR: a null selector raises #GP(0).
std::optional<Exception> load_task(const CpuState& cpu, const PhysicalMemory& memory, const Opcode& op,
                                   std::span<const std::byte> code) {
  if (cpu.cpl != 0 || !(cpu.cr0 & cr0::pe) || (cpu.rflags & rflags::vm)) return std::nullopt;
  std::optional<std::uint64_t> selector = cpu.gpr[(op.modrm & 7) | (op.rex & 1) << 3];
  if (op.modrm >> 6 != 3) {
    const auto operand = memory_operand(cpu, code);
    selector = operand ? read_linear(cpu, memory, operand->linear, 2) : std::nullopt;
  }
  if (selector && (*selector & 0xFFFC) == 0) return kProtection;
  return std::nullopt;
}

// LDMXCSR: bits 16 to 31 are reserved.
std::optional<Exception> load_mxcsr(const CpuState& cpu, const PhysicalMemory& memory,
                                    std::span<const std::byte> code) {
  if ((cpu.cr0 & (cr0::em | cr0::ts)) || !(cpu.cr4 & cr4::osfxsr))
    return std::nullopt;  // #UD or #NM come first
  const auto operand = memory_operand(cpu, code);
  const auto value = operand ? read_linear(cpu, memory, operand->linear, 4) : std::nullopt;
  if (value && *value >> 16) return kProtection;
  return std::nullopt;
}

// Instructions that go through the stack by RSP without naming it.
bool uses_stack(const Opcode& op) {
  const unsigned reg = op.modrm >> 3 & 7;
  if (op.map == 1)
    return op.byte == 0xA0 || op.byte == 0xA1 || op.byte == 0xA8 || op.byte == 0xA9;  // PUSH, POP FS, GS
  if (op.byte >= 0x50 && op.byte <= 0x5F) return true;                                // PUSH, POP
  switch (op.byte) {
    case 0x68:
    case 0x6A:
    case 0x8F:
    case 0x9C:
    case 0x9D:  // PUSH, POP, PUSHF, POPF
    case 0xC2:
    case 0xC3:
    case 0xC8:
    case 0xC9:
    case 0xCA:
    case 0xCB:  // RET, ENTER, LEAVE, RETF
    case 0xCF:
    case 0xE8: return true;                              // IRET, CALL
    case 0xFF: return reg == 2 || reg == 3 || reg == 6;  // CALL, PUSH
    default: return false;
  }
}

bool stack_not_canonical(const CpuState& cpu, const Opcode& op, std::span<const std::byte> code) {
  if (const auto operand = memory_operand(cpu, code); operand && !canonical(operand->linear.value))
    return operand->stack_segment;
  if (!uses_stack(op)) return false;
  const std::uint64_t rsp = op.byte == 0xC9 && op.map == 0 ? cpu[Gpr::rbp] : cpu[Gpr::rsp];
  return !canonical(rsp) || !canonical(rsp - 8);
}

// The stack selector that IRET or a far return takes from its frame.
std::optional<std::uint64_t> returned_ss(const CpuState& cpu, const PhysicalMemory& memory,
                                         const Opcode& op) {
  if (op.map != 0 || (op.byte != 0xCF && op.byte != 0xCB && op.byte != 0xCA)) return std::nullopt;
  const unsigned width = operand_bytes(cpu, op);
  const std::uint64_t slot = op.byte == 0xCF ? 4 : 3;  // RIP, CS, (RFLAGS,) RSP, SS
  std::uint64_t at = cpu[Gpr::rsp] + slot * width;
  if (code_bits(cpu) != 64) at = (cpu.ss.base + at) & 0xFFFF'FFFF;
  return read_linear(cpu, memory, {at}, 2);
}

}  // namespace

bool ports_are_open(const CpuState& cpu) {
  if (!(cpu.cr0 & cr0::pe)) return true;
  return !(cpu.rflags & rflags::vm) && cpu.cpl <= (cpu.rflags >> 12 & 3);
}

std::optional<Exception> forbidden(const CpuState& cpu, const PhysicalMemory& memory,
                                   std::span<const std::byte> code) {
  const auto op = opcode_of(code, code_bits(cpu));
  if (!op) return std::nullopt;
  if (op->map == 0) {
    const bool port = (op->byte >= 0x6C && op->byte <= 0x6F) || (op->byte >= 0xE4 && op->byte <= 0xE7) ||
                      (op->byte >= 0xEC && op->byte <= 0xEF);
    return port ? port_access(cpu, memory, *op) : std::nullopt;
  }
  const unsigned reg = op->modrm >> 3 & 7;
  const bool in_memory = op->modrm >> 6 != 3;
  switch (op->byte) {
    case 0x00: return reg == 3 ? load_task(cpu, memory, *op, code) : std::nullopt;
    case 0x01: return in_memory && (reg == 2 || reg == 3) ? load_table(cpu, memory, code) : std::nullopt;
    case 0x22: return move_to_control(cpu, *op);
    case 0xAE:
      return in_memory && reg == 2 && !op->rep && !op->operand_size ? load_mxcsr(cpu, memory, code)
                                                                    : std::nullopt;
    default: return std::nullopt;
  }
}

Exception corrected(const CpuState& cpu, const PhysicalMemory& memory, const Exception& raised) {
  Exception exception = raised;
  if (raised.vector != kGeneralProtection && raised.vector != kSegmentNotPresent) return exception;
  const InstructionBytes bytes = instruction_at(cpu, memory);
  const std::span<const std::byte> code = bytes.span();
  const auto op = opcode_of(code, code_bits(cpu));
  if (!op) return exception;
  if (raised.vector == kSegmentNotPresent) {
    const auto ss = returned_ss(cpu, memory, *op);
    if (ss && (*ss & 0xFFFC) == (raised.error_code & 0xFFFC)) exception.vector = kStackFault;
  } else if (raised.error_code == 0 && mode(cpu) == CpuMode::long_64 && stack_not_canonical(cpu, *op, code)) {
    exception.vector = kStackFault;
  }
  return exception;
}

}  // namespace ringside
