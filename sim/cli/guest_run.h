// SPDX-License-Identifier: GPL-2.0-or-later
// A run from the outside: lets the machine go in slices of machine time, hands out what the guest printed,
// types, and ends when the guest ends, the goal is reached, the budget is used up, or nothing more will
// happen.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sim/cli/exit_status.h"
#include "sim/cli/typist.h"
#include "sim/session/session.h"

namespace ringside {

// Slices do not change what the guest does; what is typed is typed between two of them.
inline constexpr Ticks kSliceTicks = 5'000'000;

struct Budget {
  std::uint64_t instructions = 10'000'000'000;
  Ticks time = 300 * kTicksPerSecond;  // of machine time
  Ticks idle = 2 * kTicksPerSecond;    // so long a guest may wait for input that does not come
};

struct RunResult {
  Ending ending = Ending::budget;
  Stop stop;
  std::string sentence;  // what ended the run and, where one can, what to do about it
};

struct RunHooks {
  // Called after each slice and at the end, with what the guest has printed by then in the machine; its error
  // ends the run.
  std::function<Result<void>()> after_slice;
  const std::atomic<bool>* pause = nullptr;  // ends the run from a signal handler
};

Result<RunResult> run_guest(Session& session, const std::optional<Until>& goal, const Budget& budget,
                            Typist& typist, const RunHooks& hooks = {});

}  // namespace ringside
