// SPDX-License-Identifier: MIT
//
// Whoever had the least of the CPU lately. "Lately" is an average that decays exponentially: what was used
// kHalfLife ticks ago counts half. A thread of weight 2 is charged half, and so comes to twice the share. One
// that slept has used little and runs soon, but what it saved up is forgotten with time.
#pragma once

#include "task/scheduler.h"

namespace kernel {

struct FairShare {
  static constexpr std::string_view kName = "fair-share";
  static constexpr std::string_view kSummary =
      "who had the least lately; what is long ago counts less and less";
  static constexpr bool kTickless = false;
  static constexpr uint64_t kHalfLife = 16;  // ticks

  ThreadQueue ready;

  // What is left of a usage after so many ticks. Straight lines between the halvings, so that no
  // multiplication can overflow.
  static constexpr uint64_t decayed(uint64_t usage, uint64_t ticks) {
    const uint64_t halvings = ticks / kHalfLife;
    if (halvings >= 64) return 0;
    const uint64_t whole = usage >> halvings;
    return whole - whole / (2 * kHalfLife) * (ticks % kHalfLife);
  }

  // As it would be at this tick.
  static uint64_t usage(const Thread& thread, uint64_t now) {
    return decayed(thread.share.usage, now - thread.share.usage_tick);
  }

  void add(Thread& thread) { ready.push_back(thread); }
  void remove(Thread& thread) { ready.remove(thread); }
  Thread* least_used() const;
  Thread* take_next() {
    Thread* const thread = least_used();
    if (thread != nullptr) ready.remove(*thread);
    return thread;
  }
  bool empty() const { return ready.empty(); }
  bool should_preempt(const Thread& running, Occasion occasion) const;
  void charge(Thread& thread, uint64_t cycles);
};
static_assert(FairShare::decayed(6400, 0) == 6400 && FairShare::decayed(6400, 16) == 3200 &&
              FairShare::decayed(6400, 8) == 4800);

extern FairShare fair_share;

}  // namespace kernel
