// SPDX-License-Identifier: GPL-2.0-or-later
// The four breakpoints of the debug registers as a plain list: what DR0 to DR3 and DR7 ask for, and the bits
// that DR6 reports. I/O breakpoints (CR4.DE) are not modelled. Source: Intel SDM volume 3B 17.2.
#pragma once

#include <array>
#include <cstdint>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"

namespace ringside {

struct DebugBreakpoint {
  enum class On : std::uint8_t { nothing, execution, write, access };
  On on = On::nothing;  // nothing: not enabled
  VirtAddr address;     // linear; of data on a border of `bytes`, as the processor masks it
  unsigned bytes = 1;   // 1, 2, 4 or 8
  bool operator==(const DebugBreakpoint&) const = default;
};

// Entry n is what DRn asks for; its bit in DR6 is 1 << n.
using DebugBreakpoints = std::array<DebugBreakpoint, 4>;

DebugBreakpoints debug_breakpoints(const std::array<std::uint64_t, 4>& dr, std::uint64_t dr7);

// Whether DR7 enables any.
constexpr bool any_debug_breakpoint(std::uint64_t dr7) { return dr7 & 0xFF; }

// DR6's bits B0 to B3 for an instruction about to run at a linear address.
unsigned execution_hits(const DebugBreakpoints&, std::uint64_t linear);

}  // namespace ringside
