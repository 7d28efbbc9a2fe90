// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/disassembly.h"

#include <capstone/capstone.h>
#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

// Capstone's registers as values. Partial registers in an address occur with 16- and 32-bit addressing.
std::uint64_t register_value(const CpuState& cpu, x86_reg reg, std::uint64_t next_rip) {
  const auto low = [&](Gpr r, unsigned bits) { return cpu[r] & (bits == 64 ? ~0ull : (1ull << bits) - 1); };
  switch (reg) {
    case X86_REG_RIP: return next_rip;
    case X86_REG_EIP: return next_rip & 0xFFFFFFFF;
    case X86_REG_RAX: return low(Gpr::rax, 64);
    case X86_REG_RBX: return low(Gpr::rbx, 64);
    case X86_REG_RCX: return low(Gpr::rcx, 64);
    case X86_REG_RDX: return low(Gpr::rdx, 64);
    case X86_REG_RSI: return low(Gpr::rsi, 64);
    case X86_REG_RDI: return low(Gpr::rdi, 64);
    case X86_REG_RBP: return low(Gpr::rbp, 64);
    case X86_REG_RSP: return low(Gpr::rsp, 64);
    case X86_REG_EAX: return low(Gpr::rax, 32);
    case X86_REG_EBX: return low(Gpr::rbx, 32);
    case X86_REG_ECX: return low(Gpr::rcx, 32);
    case X86_REG_EDX: return low(Gpr::rdx, 32);
    case X86_REG_ESI: return low(Gpr::rsi, 32);
    case X86_REG_EDI: return low(Gpr::rdi, 32);
    case X86_REG_EBP: return low(Gpr::rbp, 32);
    case X86_REG_ESP: return low(Gpr::rsp, 32);
    case X86_REG_BX: return low(Gpr::rbx, 16);
    case X86_REG_SI: return low(Gpr::rsi, 16);
    case X86_REG_DI: return low(Gpr::rdi, 16);
    case X86_REG_BP: return low(Gpr::rbp, 16);
    default: break;
  }
  if (reg >= X86_REG_R8 && reg <= X86_REG_R15) return cpu.gpr[8 + (reg - X86_REG_R8)];
  if (reg >= X86_REG_R8D && reg <= X86_REG_R15D) return cpu.gpr[8 + (reg - X86_REG_R8D)] & 0xFFFFFFFF;
  return 0;  // none, and the always-zero index registers EIZ and RIZ
}

bool stack_register(x86_reg reg) {
  return reg == X86_REG_RSP || reg == X86_REG_RBP || reg == X86_REG_ESP || reg == X86_REG_EBP ||
         reg == X86_REG_BP;
}

// The segment an operand lies in: as overridden; else SS with a stack register as base, else DS (SDM volume
// 1, 3.7.4).
const Segment& segment(const CpuState& cpu, const x86_op_mem& operand) {
  switch (operand.segment) {
    case X86_REG_CS: return cpu.cs;
    case X86_REG_DS: return cpu.ds;
    case X86_REG_ES: return cpu.es;
    case X86_REG_FS: return cpu.fs;
    case X86_REG_GS: return cpu.gs;
    case X86_REG_SS: return cpu.ss;
    default: return stack_register(operand.base) ? cpu.ss : cpu.ds;
  }
}

MemoryOperand memory_operand(const CpuState& cpu, const cs_insn& instruction, const cs_x86_op& operand) {
  const x86_op_mem& mem = operand.mem;
  std::uint64_t offset = register_value(cpu, mem.base, instruction.address + instruction.size) +
                         register_value(cpu, mem.index, 0) * static_cast<std::uint64_t>(mem.scale) +
                         static_cast<std::uint64_t>(mem.disp);
  const unsigned address_bytes = instruction.detail->x86.addr_size;
  if (address_bytes < 8) offset &= (1ull << 8 * address_bytes) - 1;
  // In 64-bit code the bases of CS, DS, ES and SS count as 0 (SDM volume 1, 3.3.4).
  const Segment& in = segment(cpu, mem);
  const bool long_mode = mode(cpu) == CpuMode::long_64;
  std::uint64_t linear = offset;
  if (!long_mode || &in == &cpu.fs || &in == &cpu.gs) linear += in.base;
  if (!long_mode) linear &= 0xFFFFFFFF;
  return {VirtAddr{linear}, operand.size, (operand.access & CS_AC_READ) != 0,
          (operand.access & CS_AC_WRITE) != 0};
}

bool touches_no_memory(unsigned id) { return id == X86_INS_LEA || id == X86_INS_NOP; }

Flow flow(csh engine, const cs_insn& instruction) {
  switch (instruction.id) {
    case X86_INS_SYSCALL:
    case X86_INS_SYSENTER:
    case X86_INS_SYSRET:
    case X86_INS_SYSEXIT: return Flow::system_call;
    case X86_INS_INT:
    case X86_INS_INT1:
    case X86_INS_INT3:
    case X86_INS_INTO:
    case X86_INS_UD2: return Flow::interrupt;
    case X86_INS_IRET:
    case X86_INS_IRETD:
    case X86_INS_IRETQ: return Flow::interrupt_return;
    case X86_INS_JMP:
    case X86_INS_LJMP: return Flow::jump;
    case X86_INS_CALL:
    case X86_INS_LCALL: return Flow::call;
    case X86_INS_LOOP:
    case X86_INS_LOOPE:
    case X86_INS_LOOPNE: return Flow::conditional_jump;
    default: break;
  }
  if (cs_insn_group(engine, &instruction, CS_GRP_RET)) return Flow::ret;
  if (cs_insn_group(engine, &instruction, CS_GRP_JUMP)) return Flow::conditional_jump;
  return Flow::next;
}

// The general register, by Gpr, that a register of Capstone's is or is part of.
std::optional<unsigned> whole_register(unsigned reg) {
  static constexpr unsigned kParts[16][5] = {
      {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL, X86_REG_AH},
      {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL, X86_REG_CH},
      {X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL, X86_REG_DH},
      {X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL, X86_REG_BH},
      {X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL, X86_REG_INVALID},
      {X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL, X86_REG_INVALID},
      {X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL, X86_REG_INVALID},
      {X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL, X86_REG_INVALID},
      {X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B, X86_REG_INVALID},
      {X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B, X86_REG_INVALID},
      {X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B, X86_REG_INVALID},
      {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B, X86_REG_INVALID},
      {X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B, X86_REG_INVALID},
      {X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B, X86_REG_INVALID},
      {X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B, X86_REG_INVALID},
      {X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B, X86_REG_INVALID},
  };
  if (reg == X86_REG_INVALID) return std::nullopt;
  for (unsigned n = 0; n < 16; ++n)
    for (const unsigned part : kParts[n])
      if (part == reg) return n;
  return std::nullopt;
}

}  // namespace

CodeWidth code_width(const CpuState& state) {
  switch (mode(state)) {
    case CpuMode::long_64: return CodeWidth::bits_64;
    case CpuMode::protected_32:
    case CpuMode::compatibility_32: return CodeWidth::bits_32;
    default: return CodeWidth::bits_16;
  }
}

struct Disassembler::Engine {
  csh handle = 0;
  cs_insn* instruction = nullptr;  // scratch space

  explicit Engine(CodeWidth width) {
    const cs_mode mode = width == CodeWidth::bits_64   ? CS_MODE_64
                         : width == CodeWidth::bits_32 ? CS_MODE_32
                                                       : CS_MODE_16;
    if (cs_open(CS_ARCH_X86, mode, &handle) != CS_ERR_OK) {
      handle = 0;  // a Capstone without x86: everything is ".byte"
      return;
    }
    cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    // Addresses of the higher half read better than the small negative numbers they also are.
    cs_option(handle, CS_OPT_UNSIGNED, CS_OPT_ON);
    instruction = cs_malloc(handle);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() {
    if (instruction) cs_free(instruction, 1);
    if (handle) cs_close(&handle);
  }
};

Disassembler::Disassembler(CodeWidth width) : engine_(std::make_unique<Engine>(width)) {}
Disassembler::Disassembler(Disassembler&&) noexcept = default;
Disassembler& Disassembler::operator=(Disassembler&&) noexcept = default;
Disassembler::~Disassembler() = default;

Instruction Disassembler::decode(std::span<const std::byte> code, VirtAddr address,
                                 const CpuState* registers) const {
  Instruction result{.address = address};
  const auto keep_bytes = [&](std::size_t size) {
    result.size = static_cast<std::uint8_t>(size);
    for (std::size_t i = 0; i < size; ++i) result.bytes[i] = std::to_integer<std::uint8_t>(code[i]);
  };
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
  std::size_t left = std::min(code.size(), result.bytes.size());
  std::uint64_t where = address.value;
  cs_insn* found = engine_->instruction;
  if (!found || !cs_disasm_iter(engine_->handle, &bytes, &left, &where, found)) {
    keep_bytes(1);
    result.mnemonic = ".byte";
    result.operands = fmt::format("0x{:02x}", result.bytes[0]);
    return result;
  }
  const cs_x86& x86 = found->detail->x86;
  keep_bytes(found->size);
  result.mnemonic = found->mnemonic;
  result.operands = found->op_str;
  result.decoded = true;
  result.flow = flow(engine_->handle, *found);
  result.repeated = result.mnemonic.starts_with("rep");
  const std::span operands(x86.operands, x86.op_count);
  if (result.flow == Flow::jump || result.flow == Flow::conditional_jump || result.flow == Flow::call) {
    // Far pointers have two immediates and lead into another segment.
    if (operands.size() == 1 && operands[0].type == X86_OP_IMM) {
      result.target = VirtAddr{static_cast<std::uint64_t>(operands[0].imm)};
    }
  }
  for (const cs_x86_op& operand : operands) {
    if (operand.type == X86_OP_IMM && !result.target)
      result.immediate = static_cast<std::uint64_t>(operand.imm);
  }
  if (registers && !touches_no_memory(found->id)) {
    for (const cs_x86_op& operand : operands) {
      if (operand.type == X86_OP_MEM) result.memory.push_back(memory_operand(*registers, *found, operand));
    }
  }
  return result;
}

RegisterUse Disassembler::register_use(std::span<const std::byte> code) const {
  RegisterUse use;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
  std::size_t left = std::min<std::size_t>(code.size(), 15);
  std::uint64_t where = 0;
  if (!engine_->instruction || !cs_disasm_iter(engine_->handle, &bytes, &left, &where, engine_->instruction))
    return use;
  cs_regs read, written;
  std::uint8_t reads = 0, writes = 0;
  if (cs_regs_access(engine_->handle, engine_->instruction, read, &reads, written, &writes) != CS_ERR_OK)
    return use;
  for (unsigned i = 0; i < reads; ++i)
    if (const auto n = whole_register(read[i])) use.read |= static_cast<std::uint16_t>(1u << *n);
  for (unsigned i = 0; i < writes; ++i)
    if (const auto n = whole_register(written[i])) use.written |= static_cast<std::uint16_t>(1u << *n);
  return use;
}

std::vector<Instruction> Disassembler::decode_all(std::span<const std::byte> code, VirtAddr address,
                                                  std::size_t count) const {
  std::vector<Instruction> instructions;
  while (!code.empty() && instructions.size() < count) {
    instructions.push_back(decode(code, address));
    const std::uint8_t size = instructions.back().size;
    code = code.subspan(size);
    address = address + size;
  }
  return instructions;
}

std::string text(const Instruction& instruction) {
  if (instruction.operands.empty()) return instruction.mnemonic;
  return fmt::format("{:<7} {}", instruction.mnemonic, instruction.operands);
}

}  // namespace ringside
