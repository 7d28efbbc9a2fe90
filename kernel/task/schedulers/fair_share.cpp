// SPDX-License-Identifier: MIT
#include "task/schedulers/fair_share.h"

#include "task/clock.h"

namespace kernel {

Thread* FairShare::least_used() const {
  const uint64_t now = clock.now();
  Thread* least = ready.first;
  for (Thread& thread : ready)
    if (usage(thread, now) < usage(*least, now)) least = &thread;
  return least;
}

bool FairShare::should_preempt(const Thread& running, Occasion occasion) const {
  if (occasion != Occasion::tick || ready.empty()) return false;
  const uint64_t now = clock.now();
  return usage(*least_used(), now) < usage(running, now);
}

void FairShare::charge(Thread& thread, uint64_t cycles) {
  const uint64_t now = clock.now();
  thread.share = {.usage = usage(thread, now) + cycles / thread.weight, .usage_tick = now};
}

}  // namespace kernel
