// SPDX-License-Identifier: MIT
//
// The most important first, at once; equals in turn. Whoever is less important runs when nobody else wants
// to, which may be never. What saves a thread of low priority that holds a mutex is inheritance, in
// task/mutex.h.
#pragma once

#include <bit>

#include "task/scheduler.h"

namespace kernel {

struct PriorityLevels {
  static constexpr std::string_view kName = "priority";
  static constexpr std::string_view kSummary = "the highest priority first and at once, equals in turn";
  static constexpr bool kTickless = false;

  std::array<ThreadQueue, kPriorities> ready;
  uint32_t occupied = 0;  // bit n: somebody is ready at level n

  // The highest level at which somebody is ready; -1 if nobody is.
  int highest() const { return std::bit_width(occupied) - 1; }

  void add(Thread& thread) {
    ready[thread.priority].push_back(thread);
    occupied |= 1u << thread.priority;
  }
  void remove(Thread& thread) {
    ready[thread.priority].remove(thread);
    if (ready[thread.priority].empty()) occupied &= ~(1u << thread.priority);
  }
  Thread* take_next() {
    const int level = highest();
    if (level < 0) return nullptr;
    Thread* const thread = ready[static_cast<unsigned>(level)].pop_front();
    if (ready[static_cast<unsigned>(level)].empty()) occupied &= ~(1u << level);
    return thread;
  }
  bool empty() const { return occupied == 0; }
  bool should_preempt(const Thread& running, Occasion occasion) const {
    const int level = highest();
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
