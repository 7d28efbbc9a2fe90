// SPDX-License-Identifier: MIT
//
// Another policy for a while, for demonstrations and tests. The thread that asks for it is then above all
// others: under a policy that knows priorities it runs as soon as it can.
#pragma once

#include "task/clock.h"
#include "task/dispatcher.h"

namespace kernel {

class WithScheduler {
 public:
  explicit WithScheduler(std::string_view name) : old_(*scheduler) {
    while (!clock.rate_is_known()) sleep_for(1);
    set_priority(*current, kPriorities - 1);
    set_scheduler(*find_scheduler(name));
  }
  ~WithScheduler() {
    set_scheduler(old_);
    set_priority(*current, kNormalPriority);
  }
  WithScheduler(const WithScheduler&) = delete;
  WithScheduler& operator=(const WithScheduler&) = delete;

 private:
  const Scheduler& old_;
};

// Keeps the CPU busy until told otherwise.
struct Spinner {
  volatile bool stop = false;
  volatile uint64_t rounds = 0;
  static void spin(void* argument) {
    auto& self = *static_cast<Spinner*>(argument);
    while (!self.stop) self.rounds = self.rounds + 1;
  }
};

// Busy for so many ticks of CPU time of the thread itself, not of the clock.
inline void work_for(uint64_t ticks) {
  for (const uint64_t end = current->ticks + ticks; *const_cast<volatile uint64_t*>(&current->ticks) < end;) {
  }
}

}  // namespace kernel
