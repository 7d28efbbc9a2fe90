// SPDX-License-Identifier: GPL-2.0-or-later
// The word behind --until and --at: a place, an event, a text or a count.
#pragma once

#include <string>

#include "sim/base/error.h"
#include "sim/cli/guest_run.h"
#include "sim/symbols/symbols.h"

namespace ringside {

Result<Goal> parse_goal(const std::string& text, const Symbols& symbols);

}  // namespace ringside
