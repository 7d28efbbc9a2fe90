// SPDX-License-Identifier: MIT
//
// The most important first, at once; equals in turn. Whoever is less important runs when nobody else wants
// to, which may be never. What saves a thread of low priority that holds a mutex is inheritance, in
// task/mutex.h.
#pragma once

#include "arch/instructions.h"
#include "task/scheduler.h"

namespace kernel {

struct PriorityLevels {
  static constexpr std::string_view kName = "priority";
  static constexpr std::string_view kSummary = "the highest priority first and at once, equals in turn";
  static constexpr bool kTickless = false;

  std::array<ThreadQueue, kPriorities> ready;
  uint32_t occupied = 0;  // bit n: somebody is ready at level n

  // The highest level at which somebody is ready. REQUIRES: not empty().
  unsigned highest() const { return bsr(occupied); }

  void add(Thread& thread) {
    const unsigned level = thread.priority;
    ready[level].push_back(thread);
    occupied |= 1u << level;
  }
  void remove(Thread& thread) {
    const unsigned level = thread.priority;
    ThreadQueue& queue = ready[level];
    queue.remove(thread);
    if (queue.empty()) occupied &= ~(1u << level);
  }
  Thread* take_next() {
    if (occupied == 0) return nullptr;
    const unsigned level = highest();
    ThreadQueue& queue = ready.data()[level];
    Thread& thread = queue.take_front();
    if (queue.empty()) occupied &= ~(1u << level);
    return &thread;
  }
  bool empty() const { return occupied == 0; }
  bool should_preempt(const Thread& running, Occasion occasion) const {
    if (occupied == 0) return false;
    const unsigned level = highest();
    return level > running.priority || (occasion == Occasion::tick && level == running.priority);
  }
};

// The same order, but nobody is ever interrupted: a thread runs until it waits, yields or ends. Simple, and
// no two threads ever meet in the middle of something; but one that does not end keeps all others from
// running, whatever their priority.
struct RunToCompletion : PriorityLevels {
  static constexpr std::string_view kName = "completion";
  static constexpr std::string_view kSummary =
      "the highest priority first, and it runs until it waits or ends";

  bool should_preempt(const Thread&, Occasion) const { return false; }
};

extern PriorityLevels priority_levels;
extern RunToCompletion run_to_completion;

}  // namespace kernel
