// SPDX-License-Identifier: MIT
#include "task/schedulers/fair_share.h"

#include <algorithm>

#include "task/clock.h"

namespace kernel {

bool FairShare::should_preempt(Thread& running, Occasion occasion) {
  if (occasion != Occasion::tick) return false;
  charge(running);
  if (const uint64_t half_lives = (clock.now() - halved_at) / kHalfLife; half_lives > 0) {
    halved_at += half_lives * kHalfLife;
    for (Thread& thread : threads) {
      charge(thread);  // or what it ran under another policy would count in full, later
      thread.usage >>= std::min<uint64_t>(half_lives, 63);
    }
  }
  return !ready.empty() && ready.first->usage < running.usage;
}

}  // namespace kernel
