// SPDX-License-Identifier: MIT
//
// Everybody in turn, for one tick each. Nobody waits longer than the others' ticks together; nobody is more
// important than another.
#pragma once

#include "task/scheduler.h"

namespace kernel {

struct RoundRobin {
  static constexpr std::string_view kName = "round-robin";
  static constexpr std::string_view kSummary = "everybody in turn, one tick each";
  static constexpr bool kTickless = false;

  ThreadQueue ready;

  void add(Thread& thread) { ready.push_back(thread); }
  void remove(Thread& thread) { ready.remove(thread); }
  Thread* take_next() { return ready.pop_front(); }
  bool empty() const { return ready.empty(); }
  bool should_preempt(const Thread&, Occasion occasion) const {
    return occasion == Occasion::tick && !ready.empty();
  }
};

// The same turns, but the timer interrupts only when there is something to do: at the end of a slice if
// somebody else waits for the CPU, and when a sleeper is due. A machine with nothing to do is not disturbed.
struct Tickless : RoundRobin {
  static constexpr std::string_view kName = "tickless";
  static constexpr std::string_view kSummary = "in turn; the timer is set to the next thing due, and no more";
  static constexpr bool kTickless = true;
};

extern RoundRobin round_robin;
extern Tickless tickless;

}  // namespace kernel
