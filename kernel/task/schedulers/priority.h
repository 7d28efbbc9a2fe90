// SPDX-License-Identifier: MIT
//
// The most important first, at once; equals in turn. Whoever is less important runs when nobody else wants
// to, which may be never. What saves a thread of low priority that holds a mutex is inheritance, in
// task/mutex.h.
#pragma once

#include "task/scheduler.h"

namespace kernel {

struct PriorityLevels {
  static constexpr std::string_view kName = "priority";
  static constexpr std::string_view kSummary = "the highest priority first and at once, equals in turn";
  static constexpr bool kTickless = false;

  std::array<ThreadQueue, kPriorities> ready;

  // The highest level at which somebody is ready; -1 if nobody is.
  int highest() const {
    int level = kPriorities - 1;
    while (level >= 0 && ready[static_cast<unsigned>(level)].empty()) --level;
    return level;
  }

  void add(Thread& thread) { ready[thread.priority].push_back(thread); }
  void remove(Thread& thread) { ready[thread.priority].remove(thread); }
  Thread* take_next() {
    const int level = highest();
    return level < 0 ? nullptr : ready[static_cast<unsigned>(level)].pop_front();
  }
  bool empty() const { return highest() < 0; }
  bool should_preempt(const Thread& running, Occasion occasion) const {
    const int level = highest();
    return level > running.priority || (occasion == Occasion::tick && level == running.priority);
  }
  void charge(Thread&, uint64_t) {}
};

// The same order, but nobody is ever interrupted: a thread runs until it waits, yields or ends. Simple, and no
// two threads ever meet in the middle of something; but one that does not end keeps all others from running,
// whatever their priority.
struct RunToCompletion : PriorityLevels {
  static constexpr std::string_view kName = "completion";
  static constexpr std::string_view kSummary = "the highest priority first, and it runs until it waits or ends";

  bool should_preempt(const Thread&, Occasion) const { return false; }
};

extern PriorityLevels priority_levels;
extern RunToCompletion run_to_completion;

}  // namespace kernel
