// SPDX-License-Identifier: GPL-2.0-or-later
// Where to run to for "over" and "out".
#pragma once

#include <optional>

#include "sim/machine/machine.h"
#include "sim/symbols/symbols.h"

namespace ringside {

// Nothing where the instruction at RIP is best made by a single step.
std::optional<RunLimits> step_over_limits(const Machine& machine);
// Nothing where no caller is known.
std::optional<RunLimits> step_out_limits(const Machine& machine, const Symbols& symbols);

}  // namespace ringside
