// SPDX-License-Identifier: MIT
#include "task/mutex.h"

#include <algorithm>

#include "lib/panic.h"
#include "task/dispatcher.h"

namespace kernel {

constinit bool priority_inheritance = true;

namespace {

// A ready thread stands in its policy's lists by its priority: out and in again.
void change_priority(Thread& thread, uint8_t priority) {
  if (thread.priority == priority) return;
  if (thread.state == ThreadState::ready) scheduler->remove(thread);
  thread.priority = priority;
  if (thread.state == ThreadState::ready) scheduler->add(thread);
  if (scheduler->should_preempt(*current, Occasion::wakeup)) reschedule_wanted = true;
}

// To the owner, to whom that one waits for, and so on.
void lend_priority(uint8_t priority, const Mutex* wanted) {
  while (wanted != nullptr && wanted->owner()->priority < priority) {
    change_priority(*wanted->owner(), priority);
    wanted = wanted->owner()->wants;
  }
}

}  // namespace

bool Mutex::try_lock() {
  const DispatchGuard guard;
  if (owner_ != nullptr) return false;
  give_to(*current);
  return true;
}

void Mutex::lock() {
  const DispatchGuard guard;
  if (owner_ == nullptr) return give_to(*current);
  if (owner_ == current) panic("{} locks {} a second time", current->name(), name_);
  ++contentions_;
  Thread& self = *current;
  self.wants = this;
  if (priority_inheritance) lend_priority(self.priority, this);
  waiting_.wait(WaitReason::mutex);
  // Here unlock() has made us the owner.
}

void Mutex::unlock() {
  const DispatchGuard guard;
  if (owner_ != current) panic("{} unlocks {}, which it does not hold", current->name(), name_);
  Mutex** place = &current->holds;
  while (*place != this) place = &(*place)->next_held_;
  *place = next_held_;
  owner_ = nullptr;
  change_priority(*current, inherited_priority(*current));  // what was lent for this one goes back
  if (Thread* const next = waiting_.wake_one()) give_to(*next);
}

void Mutex::give_to(Thread& thread) {
  owner_ = &thread;
  next_held_ = thread.holds;
  thread.holds = this;
  thread.wants = nullptr;
}

uint8_t Mutex::inherited_priority(const Thread& thread) {
  uint8_t highest = thread.base_priority;
  if (!priority_inheritance) return highest;
  for (const Mutex* mutex = thread.holds; mutex != nullptr; mutex = mutex->next_held_)
    for (const Thread& waiter : mutex->waiting_.waiting()) highest = std::max(highest, waiter.priority);
  return highest;
}

void set_priority(Thread& thread, uint8_t priority) {
  const DispatchGuard guard;
  thread.base_priority = priority;
  change_priority(thread, Mutex::inherited_priority(thread));
  if (priority_inheritance) lend_priority(thread.priority, thread.wants);
}

}  // namespace kernel
