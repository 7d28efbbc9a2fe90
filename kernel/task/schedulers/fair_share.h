// SPDX-License-Identifier: MIT
//
// Whoever had the least of the CPU lately. "Lately" is an average that decays: every kHalfLife ticks all that
// was ever used counts half as much. A thread of weight 2 is charged half, and so comes to twice the share.
// One that slept has used little and runs soon, but what it saved up is forgotten with time.
#pragma once

#include "task/scheduler.h"

namespace kernel {

struct FairShare {
  static constexpr std::string_view kName = "fair-share";
  static constexpr std::string_view kSummary =
      "who had the least lately; what is long ago counts less and less";
  static constexpr bool kTickless = false;
  static constexpr uint64_t kHalfLife = 16;  // ticks

  // The least usage first, equals in turn. Only who runs is charged, and he is not in here; and halving keeps
  // the order. So the list stays sorted while time goes by, and there is nothing to search.
  ThreadQueue ready;
  uint64_t halved_at = 0;  // tick

  // Books what it ran since the last time.
  static void charge(Thread& thread) {
    thread.usage += (thread.cycles - thread.charged_cycles) / thread.weight;
    thread.charged_cycles = thread.cycles;
  }
  void add(Thread& thread) {
    charge(thread);
    // From the end: who has just run has mostly used more than all others.
    Thread* more = nullptr;
    for (Thread* other = ready.last; other != nullptr && other->usage > thread.usage;
         other = ThreadQueue::previous(*other))
      more = other;
    ready.insert_before(more, thread);
  }
  void remove(Thread& thread) { ready.remove(thread); }
  Thread* take_next() { return ready.pop_front(); }
  bool empty() const { return ready.empty(); }
  bool should_preempt(Thread& running, Occasion occasion);
};

extern FairShare fair_share;

}  // namespace kernel
