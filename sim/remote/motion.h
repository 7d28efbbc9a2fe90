// SPDX-License-Identifier: GPL-2.0-or-later
// The machine under way: what gdb's "continue", "step" and their reverses mean here. Forward it goes in
// slices short enough for somebody to look at the line between them; backwards in one go, with a flag that
// ends it.
//
// Interrupts are run through: where one is accepted instead of the instruction to be stepped, its handler
// runs to its end first (breakpoints and watchpoints in it count). So a step stays in the code that is being
// read, whatever the timer does; `set_into_interrupts(true)` stops at the handler's first instruction
// instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "sim/session/session.h"

namespace ringside {

class Motion {
 public:
  explicit Motion(Session& session) : session_(session) {}

  void go();
  void step() { step_range(0, 0); }
  // Steps while the instruction pointer is in [start, end).
  void step_range(std::uint64_t start, std::uint64_t end);
  void step_back() { kind_ = Kind::step_back; }
  void go_back() { kind_ = Kind::go_back; }
  bool under_way() const { return kind_ != Kind::none; }
  // The next slice may be long and wants its `pause`.
  bool searches() const { return kind_ == Kind::go_back; }

  // At most `ticks` of machine time forward, or all the way back unless `pause` is set; a stop where the
  // motion is over.
  std::optional<Stop> slice(Ticks ticks, const std::atomic<bool>* pause = nullptr);
  // Machine time of the last slice that passed in HLT.
  Ticks idle() const { return idle_; }
  // Over, here and now.
  Stop pause();

  bool into_interrupts() const { return into_interrupts_; }
  void set_into_interrupts(bool into) { into_interrupts_ = into; }

 private:
  enum class Kind : std::uint8_t { none, go, step, step_back, go_back };
  std::optional<Stop> go_on(Ticks until);
  std::optional<Stop> steps_on(Ticks until);
  std::optional<Stop> handler_on(Ticks until);
  std::optional<Stop> step_once(Ticks until);
  Stop one_step_back();

  Session& session_;
  Kind kind_ = Kind::none;
  bool continues_ = false;  // a run that has got on: where a slice of it begins, a breakpoint counts
  std::uint64_t range_start_ = 0, range_end_ = 0;
  std::optional<RunLimits> handler_;  // an interrupt's, while a step waits for its end
  bool into_interrupts_ = false;
  Ticks idle_ = 0;
};

}  // namespace ringside
