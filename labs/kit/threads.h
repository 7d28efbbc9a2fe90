// SPDX-License-Identifier: GPL-2.0-or-later
// Words about flows of control: who has the processor, on which stack, and what a switch leaves of the
// registers.
//
//   const Turns turns = watch(pc, {stack_of("worker 1", ...), ...}, 3, 0.013);
//   expect(pc, turns, EverybodyRuns(), "...");
//   expect(pc, turns, ShareBetween("worker 2", 28, 39), "...");
//   expect_kept(pc, "thread 1", {{"RBX", had, has}, ...}, "switch_to", "...");
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "labs/kit/pc.h"

namespace ringside::labs {

// The student's own code nearest to where the processor stands, among the calls that led there; where it
// stands, if none is theirs. To blame an instant before the machine runs on.
Instant in_students_code(const Pc& pc);

// --- registers ---
struct Kept {
  std::string name;  // "R15"
  std::uint64_t had = 0, has = 0;
  std::uint64_t another = 0;  // what another thread has in it; 0: not known
};
// Each register has what it had. `who` lost it otherwise; the message names the first, and leads to the
// function `by`.
void expect_kept(const Pc& pc, std::string_view who, const std::vector<Kept>& registers, std::string_view by,
                 std::string why);

// --- turns ---
// A thread is known by its stack: whoever runs, RSP lies in it.
struct ThreadStack {
  std::string name;
  std::uint64_t bottom = 0, top = 0;  // RSP may be bottom to top, both included
};
struct Turns {
  struct Look {
    Instant instant;
    double ms = 0;  // since power-on
    std::uint64_t rsp = 0;
    int who = -1;  // index into `stacks`; -1: RSP is in none of them
  };
  std::vector<ThreadStack> stacks;
  std::vector<Look> looks;
  double every_ms = 0;

  unsigned percent(std::string_view name) const;  // of the looks; of 0 looks 0
};
// Runs for so long and looks who runs, again and again. Take a distance that does not divide the timer's
// period, or it always looks at the same point of a turn.
Turns watch(Pc& pc, std::vector<ThreadStack> stacks, double for_ms, double every_ms);

using OfTurns = testing::Matcher<const Turns&>;
OfTurns OnStacks();                                                     // RSP was never anywhere else
OfTurns EverybodyRuns();                                                // each of them was seen
OfTurns ShareBetween(std::string name, unsigned least, unsigned most);  // of the time, in percent
OfTurns NeverWaitsLongerThan(double ms, std::string name);  // from one look that finds it running to the next
void expect(const Pc& pc, const Turns& turns, const OfTurns& matcher, std::string why);

// --- latency ---
// Instructions from one place to the next, both in the words of Pc::run_until().
std::uint64_t latency(Pc& pc, std::string_view from, std::string_view to, std::string_view why);

}  // namespace ringside::labs
