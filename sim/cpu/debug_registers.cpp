// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/debug_registers.h"

namespace ringside {

DebugBreakpoints debug_breakpoints(const std::array<std::uint64_t, 4>& dr, std::uint64_t dr7) {
  // R/W and LEN fields (17.2.4): execution, write, I/O, access; 1, 2, 8 and 4 bytes.
  constexpr DebugBreakpoint::On kOn[] = {DebugBreakpoint::On::execution, DebugBreakpoint::On::write,
                                         DebugBreakpoint::On::nothing, DebugBreakpoint::On::access};
  constexpr unsigned kBytes[] = {1, 2, 8, 4};
  DebugBreakpoints all;
  for (unsigned n = 0; n < all.size(); ++n) {
    if (!(dr7 >> 2 * n & 3)) continue;  // neither local nor global
    DebugBreakpoint& one = all[n];
    one.on = kOn[dr7 >> (16 + 4 * n) & 3];
    if (one.on != DebugBreakpoint::On::execution) one.bytes = kBytes[dr7 >> (18 + 4 * n) & 3];
    one.address = {dr[n] & ~std::uint64_t{one.bytes - 1}};
  }
  return all;
}

unsigned execution_hits(const DebugBreakpoints& breakpoints, std::uint64_t linear) {
  unsigned hits = 0;
  for (unsigned n = 0; n < breakpoints.size(); ++n)
    if (breakpoints[n].on == DebugBreakpoint::On::execution && breakpoints[n].address.value == linear)
      hits |= 1u << n;
  return hits;
}

}  // namespace ringside
