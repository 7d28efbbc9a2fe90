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

// A run under way: the machine moves slice by slice, and after each one is asked whether the run is over.
class GuestRun {
 public:
  // All must outlive the run.
  GuestRun(Session& session, const std::optional<Until>& goal, const Budget& budget,
           const std::atomic<bool>* pause);

  // At most `ticks` of machine time; less where the goal, the budget or the guest's end comes first.
  Stop slice(Ticks ticks);
  // Over because of how the slice ended.
  std::optional<RunResult> ended(const Stop& stop) const;
  // Over because nothing more will happen: for ever, or, once `nothing_to_type`, until somebody does
  // something.
  std::optional<RunResult> stuck(bool nothing_to_type);
  GuestWatch& watch() { return watch_; }

 private:
  Session& session_;
  Machine& machine_;
  const std::optional<Until>& goal_;
  const Budget& budget_;
  const std::atomic<bool>* pause_;
  GuestWatch watch_;
  Ticks next_look_ = 0;  // of silence, before it is worth looking again whether the guest goes in circles
  std::uint64_t last_instruction_;
  std::uint64_t goal_instruction_ = ~std::uint64_t{0};
  Ticks goal_time_ = kNever;
};

struct RunHooks {
  // Called after each slice and at the end, with what the guest has printed by then in the machine; its error
  // ends the run.
  std::function<Result<void>()> after_slice;
  const std::atomic<bool>* pause = nullptr;  // ends the run from a signal handler
};

// From here to the end.
Result<RunResult> run_guest(Session& session, const std::optional<Until>& goal, const Budget& budget,
                            Typist& typist, const RunHooks& hooks = {});

}  // namespace ringside
