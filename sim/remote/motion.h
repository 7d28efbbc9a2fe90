// SPDX-License-Identifier: GPL-2.0-or-later
// The machine under way, in slices short enough for somebody to look at the line between them: what gdb's
// "continue", "step" and their reverses mean here.
//
// Interrupts are run through: where one is accepted instead of the instruction to be stepped, its handler
// runs to its end first (breakpoints and watchpoints in it count). So a step stays in the code that is being
// read, whatever the timer does; `set_into_interrupts(true)` stops at the handler's first instruction
// instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "sim/remote/remote_breakpoints.h"
#include "sim/session/session.h"

namespace ringside {

class Motion {
 public:
  Motion(Session& session, const RemoteBreakpoints& breakpoints)
      : session_(session), breakpoints_(breakpoints) {}

  void go();
  void step() { step_range(0, 0); }
  // Steps while the instruction pointer is in [start, end).
  void step_range(std::uint64_t start, std::uint64_t end);
  bool under_way() const { return kind_ != Kind::none; }

  // At most `ticks` of machine time; a stop where the motion is over.
  std::optional<Stop> slice(Ticks ticks);
  // Machine time of the last slice that passed in HLT.
  Ticks idle() const { return idle_; }
  // Over, here and now.
  Stop pause();

  bool into_interrupts() const { return into_interrupts_; }
  void set_into_interrupts(bool into) { into_interrupts_ = into; }

 private:
  enum class Kind : std::uint8_t { none, go, step };
  std::optional<Stop> go_on(Ticks until);
  std::optional<Stop> steps_on(Ticks until);
  std::optional<Stop> handler_on(Ticks until);
  std::optional<Stop> step_once(Ticks until);

  Session& session_;
  const RemoteBreakpoints& breakpoints_;
  Kind kind_ = Kind::none;
  bool continues_ = false;  // a run that has got on: where a slice of it begins, a breakpoint counts
  std::uint64_t range_start_ = 0, range_end_ = 0;
  std::optional<RunLimits> handler_;  // an interrupt's, while a step waits for its end
  bool into_interrupts_ = false;
  Ticks idle_ = 0;
};

}  // namespace ringside
