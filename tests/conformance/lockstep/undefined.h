// SPDX-License-Identifier: GPL-2.0-or-later
// What the manual leaves open about an instruction: flags that are undefined behind it, and values that each
// machine chooses for itself. There the follower takes what its lead has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/cpu/cpu_state.h"

namespace ringside::lockstep {

// Bits of RFLAGS that are undefined after the instruction, which ran in `before`. Source: Intel SDM volume 1,
// appendix A (EFLAGS cross-reference) and volume 2, "Flags Affected" of each instruction.
std::uint64_t undefined_flags(const CpuState& before, std::span<const std::byte> code, unsigned bits);

// Which general registers, by bits in the order of Gpr, get a value that is the machine's own choice.
struct Choice {
  std::uint16_t registers = 0;
  std::string_view what;  // "port input", "RDTSC", ...; "" where there is none
};
Choice machines_choice(const CpuState& before, std::span<const std::byte> code, unsigned bits);

}  // namespace ringside::lockstep
