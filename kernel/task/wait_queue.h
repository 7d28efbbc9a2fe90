// SPDX-License-Identifier: MIT
//
// Threads that wait for something to become true. Look and wait must be one step:
//
//   const DispatchGuard guard;                 interrupts off: nobody can come between the look and the wait
//   while (!ready) queue.wait();               and whoever was woken looks again
//
// Without the guard the event may come after the look and before the wait: nobody is in the queue to be
// woken, and the thread sleeps for ever. This is the lost wake-up, and `mishap wakeup` acts it out.
#pragma once

#include "task/thread.h"

namespace kernel {

class WaitQueue {
 public:
  // Leaves the CPU until somebody wakes this thread. REQUIRES: interrupts are off. Other threads run
  // meanwhile, with their own interrupt state; when wait() returns interrupts are off again.
  void wait(WaitReason reason = WaitReason::event);

  // The same, at most until that tick of the clock. Says what came first.
  Wakeup wait_until(uint64_t tick, WaitReason reason = WaitReason::event);

  // From anywhere, also from a handler. The first is the thread of the highest priority, and among equals who
  // has waited longest.
  Thread* wake_one();  // null: nobody waited
  void wake_all();

  bool empty() const { return waiting_.empty(); }
  const ThreadQueue& waiting() const { return waiting_; }

 private:
  friend void end_wait(Thread& thread, Wakeup why);
  ThreadQueue waiting_;
};

// Takes a waiting thread out of whatever it waits in, and lets it run. REQUIRES: interrupts are off.
void end_wait(Thread& thread, Wakeup why);

}  // namespace kernel
