// SPDX-License-Identifier: GPL-2.0-or-later
// Breakpoints for the next build of the same program, whose code and variables lie elsewhere.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/machine/breakpoint.h"
#include "sim/symbols/symbols.h"

namespace ringside {

struct MovedBreakpoints {
  std::vector<Breakpoint> kept;   // in their order
  std::vector<std::string> lost;  // places that `to` does not have, as `from` calls them
};

// By name: a function's start stays its start, a line stays as many lines below the start of its function, a
// byte of a variable stays in it. Events, and addresses that have no name, stay as they are.
MovedBreakpoints moved_breakpoints(std::span<const Breakpoint> breakpoints, const Symbols& from,
                                   const Symbols& to);

}  // namespace ringside
