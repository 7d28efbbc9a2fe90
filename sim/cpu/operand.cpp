// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/operand.h"

#include <capstone/capstone.h>

#include "sim/cpu/paging.h"

namespace ringside {
namespace {

// Value of the register as it enters an address, or none for those that do not.
std::optional<std::uint64_t> register_value(const CpuState& cpu, x86_reg reg, std::uint64_t next_rip) {
  static constexpr x86_reg k64[] = {
      X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX, X86_REG_RSP, X86_REG_RBP, X86_REG_RSI, X86_REG_RDI,
      X86_REG_R8,  X86_REG_R9,  X86_REG_R10, X86_REG_R11, X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15};
  static constexpr x86_reg k32[] = {X86_REG_EAX,  X86_REG_ECX,  X86_REG_EDX,  X86_REG_EBX,
                                    X86_REG_ESP,  X86_REG_EBP,  X86_REG_ESI,  X86_REG_EDI,
                                    X86_REG_R8D,  X86_REG_R9D,  X86_REG_R10D, X86_REG_R11D,
                                    X86_REG_R12D, X86_REG_R13D, X86_REG_R14D, X86_REG_R15D};
  static constexpr x86_reg k16[] = {X86_REG_AX, X86_REG_CX, X86_REG_DX, X86_REG_BX,
                                    X86_REG_SP, X86_REG_BP, X86_REG_SI, X86_REG_DI};
  for (std::size_t i = 0; i < 16; ++i) {
    if (reg == k64[i]) return cpu.gpr[i];
    if (reg == k32[i]) return cpu.gpr[i] & 0xFFFF'FFFF;
    if (i < 8 && reg == k16[i]) return cpu.gpr[i] & 0xFFFF;
  }
  if (reg == X86_REG_RIP) return next_rip;
  if (reg == X86_REG_EIP) return next_rip & 0xFFFF'FFFF;
  return std::nullopt;
}

bool is_stack_base(x86_reg reg) {
  return reg == X86_REG_RSP || reg == X86_REG_RBP || reg == X86_REG_ESP || reg == X86_REG_EBP ||
         reg == X86_REG_BP;
}

}  // namespace

unsigned code_bits(const CpuState& cpu) {
  const CpuMode in = mode(cpu);
  if (in == CpuMode::long_64) return 64;
  return in == CpuMode::protected_32 || in == CpuMode::compatibility_32 ? 32 : 16;
}

InstructionBytes instruction_at(const CpuState& cpu, const PhysicalMemory& memory) {
  InstructionBytes code;
  const std::uint64_t linear = linear_rip(cpu);
  for (; code.count < code.bytes.size(); ++code.count) {
    const Walk at =
        walk(cpu, memory, {linear + code.count}, {.kind = AccessKind::fetch, .user = cpu.cpl == 3});
    if (!at.ok()) break;
    code.bytes[code.count] = static_cast<std::byte>(memory.read(at.physical, 1));
  }
  return code;
}

std::optional<OperandPlace> memory_operand(const CpuState& cpu, std::span<const std::byte> code) {
  const unsigned bits = code_bits(cpu);
  csh handle = 0;
  if (cs_open(CS_ARCH_X86,
              bits == 64   ? CS_MODE_64
              : bits == 32 ? CS_MODE_32
                           : CS_MODE_16,
              &handle) != CS_ERR_OK)
    return std::nullopt;
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  cs_insn* insn = nullptr;
  std::optional<OperandPlace> found;
  if (cs_disasm(handle, reinterpret_cast<const std::uint8_t*>(code.data()), code.size(), cpu.rip, 1, &insn) ==
      1) {
    const cs_x86& x86 = insn->detail->x86;
    for (std::uint8_t i = 0; i < x86.op_count && !found; ++i) {
      if (x86.operands[i].type != X86_OP_MEM) continue;
      const x86_op_mem& m = x86.operands[i].mem;
      std::uint64_t address = static_cast<std::uint64_t>(m.disp);
      const std::uint64_t next = cpu.rip + insn->size;
      if (m.base != X86_REG_INVALID) address += register_value(cpu, m.base, next).value_or(0);
      if (m.index != X86_REG_INVALID)
        address += register_value(cpu, m.index, next).value_or(0) * static_cast<std::uint64_t>(m.scale);
      if (x86.addr_size == 4) address &= 0xFFFF'FFFF;
      if (x86.addr_size == 2) address &= 0xFFFF;
      OperandPlace operand{.size = x86.operands[i].size};
      const Segment* segment = &cpu.ds;
      switch (m.segment) {
        case X86_REG_ES: segment = &cpu.es; break;
        case X86_REG_CS: segment = &cpu.cs; break;
        case X86_REG_FS: segment = &cpu.fs; break;
        case X86_REG_GS: segment = &cpu.gs; break;
        case X86_REG_DS: break;
        case X86_REG_SS: operand.stack_segment = true; break;
        default: operand.stack_segment = is_stack_base(m.base); break;
      }
      if (operand.stack_segment) segment = &cpu.ss;
      const bool flat = bits == 64 && segment != &cpu.fs && segment != &cpu.gs;
      operand.linear = {address + (flat ? 0 : segment->base)};
      if (bits != 64) operand.linear.value &= 0xFFFF'FFFF;
      found = operand;
    }
    cs_free(insn, 1);
  }
  cs_close(&handle);
  return found;
}

std::optional<std::uint64_t> read_linear(const CpuState& cpu, const PhysicalMemory& memory, VirtAddr address,
                                         unsigned size) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) {
    const Walk at = walk(cpu, memory, {address.value + i}, {.implicit = true});
    if (!at.ok()) return std::nullopt;
    value |= memory.read(at.physical, 1) << (8 * i);
  }
  return value;
}

}  // namespace ringside
