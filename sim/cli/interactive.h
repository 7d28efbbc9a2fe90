// SPDX-License-Identifier: GPL-2.0-or-later
// A run at the keyboard: the guest's screen in the terminal, what is typed goes to its keyboard, machine time
// passes no faster than a person's.
#pragma once

#include <optional>

#include "sim/cli/guest_run.h"

namespace ringside {

// As run_guest, until Ctrl-] as well; being idle is no reason to end. The terminal is as before when this
// returns. REQUIRES Terminal::available().
Result<RunResult> run_interactively(Session& session, const std::optional<Until>& goal, const Budget& budget,
                                    Typist& typist, const RunHooks& hooks);

}  // namespace ringside
