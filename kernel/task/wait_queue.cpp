// SPDX-License-Identifier: MIT
#include "task/wait_queue.h"

#include "task/dispatcher.h"

namespace kernel {

void WaitQueue::wait(WaitReason reason) { wait_until(kNever, reason); }

Wakeup WaitQueue::wait_until(uint64_t tick, WaitReason reason) {
  Thread& self = *current;
  waiting_.push_back(self);
  self.waits_in = this;
  if (tick != kNever) alarms.set(self.alarm, tick);
  block(reason);
  return self.woken_by;
}

Thread* WaitQueue::wake_one() {
  const DispatchGuard guard;
  Thread* best = waiting_.first;
  for (Thread& thread : waiting_)
    if (thread.priority > best->priority) best = &thread;
  if (best != nullptr) end_wait(*best, Wakeup::event);
  return best;
}

void WaitQueue::wake_all() {
  const DispatchGuard guard;
  while (wake_one() != nullptr) {
  }
}

void end_wait(Thread& thread, Wakeup why) {
  if (thread.waits_in != nullptr) thread.waits_in->waiting_.remove(thread);
  thread.waits_in = nullptr;
  alarms.cancel(thread.alarm);
  thread.woken_by = why;
  make_ready(thread);
}

}  // namespace kernel
