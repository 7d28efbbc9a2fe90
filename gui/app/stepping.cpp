// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/stepping.h"

#include "gui/app/view_builder.h"
#include "sim/inspect/disassembly.h"

namespace ringside {

std::optional<RunLimits> step_over_limits(const Machine& machine) {
  const CpuState& cpu = machine.cpu();
  const CodeWidth width = code_width(cpu);
  const std::uint64_t rip = width == CodeWidth::bits_64 ? cpu.rip : cpu.cs.base + cpu.rip;
  std::array<std::byte, 15> code{};
  const ReadMemory read = linear_reader(machine);
  std::size_t length = code.size();
  while (length > 0 && !read({rip}, std::span(code).first(length))) --length;
  if (length == 0) return std::nullopt;
  const Instruction instruction = Disassembler(width).decode(std::span(code).first(length), {rip});
  if (!instruction.comes_back()) return std::nullopt;
  RunLimits limits;
  limits.until_address = instruction.end();
  // Not in a deeper call of the same code: there the stack is lower.
  limits.until_rsp_above = cpu[Gpr::rsp] - 1;
  return limits;
}

std::optional<RunLimits> step_out_limits(const Machine& machine, const Symbols& symbols) {
  const CpuState& cpu = machine.cpu();
  const UnwindRegisters registers{
      .rip = cpu.rip, .gpr = cpu.gpr, .word_bytes = code_width(cpu) == CodeWidth::bits_64 ? 8u : 4u};
  const auto frames = symbols.backtrace(registers, linear_reader(machine));
  std::uint64_t cfa = 0;
  for (const auto& frame : frames) {
    if (frame.pc_is_return && cfa != 0) {
      RunLimits limits;
      limits.until_address = frame.pc;
      limits.until_rsp_above = cfa - 1;  // the caller's stack pointer after the return is the CFA
      return limits;
    }
    if (!frame.inlined) cfa = frame.cfa.value;
  }
  return std::nullopt;
}

}  // namespace ringside
