// SPDX-License-Identifier: GPL-2.0-or-later
// The instruction at RIP, as far as sim/cpu has to look into it: its bytes, and where its memory operand
// lies. Source: Intel SDM volume 2, chapter 2; volume 1, 3.7.5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/physical_memory.h"

namespace ringside {

struct InstructionBytes {
  std::array<std::byte, 15> bytes{};
  std::size_t count = 0;  // fewer than 15 where the next page cannot be fetched from
  std::span<const std::byte> span() const { return std::span(bytes).first(count); }
};
InstructionBytes instruction_at(const CpuState&, const PhysicalMemory&);

// 16, 32 or 64: what the mode and CS make of operands and addresses.
unsigned code_bits(const CpuState&);

struct OperandPlace {
  VirtAddr linear;             // where the access begins
  unsigned size = 0;           // bytes
  bool stack_segment = false;  // it goes through SS, as with RSP or RBP as base, so that its faults are #SS
};
// The operand that ModRM names, before the instruction has run; none where there is none.
std::optional<OperandPlace> memory_operand(const CpuState&, std::span<const std::byte> code);

// The processor's own 1, 2, 4 or 8 bytes at a linear address; none where a page is missing.
std::optional<std::uint64_t> read_linear(const CpuState&, const PhysicalMemory&, VirtAddr, unsigned size);

}  // namespace ringside
