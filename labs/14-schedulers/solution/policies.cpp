// SPDX-License-Identifier: MIT
#include "policies.h"

#include <algorithm>

#include "lib/panic.h"
#include "task/clock.h"
#include "task/dispatcher.h"

namespace lab {

// --- step 1 ---
namespace {

// The highest priority at which somebody is ready; -1 if nobody is.
int highest(const Priorities& of) {
  for (int level = kernel::kPriorities - 1; level >= 0; --level)
    if (!of.ready[static_cast<unsigned>(level)].empty()) return level;
  return -1;
}

}  // namespace

void Priorities::add(Thread& thread) { ready[thread.priority].push_back(thread); }

void Priorities::remove(Thread& thread) { ready[thread.priority].remove(thread); }

Thread* Priorities::take_next() {
  const int level = highest(*this);
  return level < 0 ? nullptr : ready[static_cast<unsigned>(level)].pop_front();
}

bool Priorities::empty() const { return highest(*this) < 0; }

bool Priorities::should_preempt(const Thread& running, Occasion occasion) const {
  const int level = highest(*this);
  return level > running.priority || (occasion == Occasion::tick && level == running.priority);
}

// --- step 2 ---
namespace {

// To the owner, to the owner of what that one waits for, and so on.
void lend(uint8_t priority, const Mutex* wanted) {
  while (wanted != nullptr && wanted->owner->priority < priority) {
    change_priority(*wanted->owner, priority);
    const kernel::WaitQueue* const waits_in = wanted->owner->waits_in;
    wanted = nullptr;
    for (const Mutex& mutex : mutexes)
      if (&mutex.waiting == waits_in) wanted = &mutex;
  }
}

// Its own, or the highest of those who wait for what it holds.
uint8_t priority_of(const Thread& thread) {
  uint8_t highest = thread.base_priority;
  if (!inheritance) return highest;
  for (const Mutex& mutex : mutexes)
    if (mutex.owner == &thread)
      for (const Thread& waiter : mutex.waiting.waiting()) highest = std::max(highest, waiter.priority);
  return highest;
}

}  // namespace

void lock(Mutex& mutex) {
  const kernel::DispatchGuard guard;
  if (mutex.owner == nullptr) {
    mutex.owner = kernel::current;
    return;
  }
  if (inheritance) lend(kernel::current->priority, &mutex);
  mutex.waiting.wait(kernel::WaitReason::mutex);  // unlock() makes us the owner
}

void unlock(Mutex& mutex) {
  const kernel::DispatchGuard guard;
  mutex.owner = nullptr;
  change_priority(*kernel::current, priority_of(*kernel::current));
  mutex.owner = mutex.waiting.wake_one();
}

// --- step 3 ---
namespace {

uint64_t usage(const Thread& thread, uint64_t now) {
  return FairShare::decayed(FairShare::share(thread).usage, now - FairShare::share(thread).usage_tick);
}

Thread* least_used(const kernel::ThreadQueue& ready, uint64_t now) {
  Thread* least = ready.first;
  for (Thread& thread : ready)
    if (usage(thread, now) < usage(*least, now)) least = &thread;
  return least;
}

}  // namespace

// Straight lines between the halvings.
uint64_t FairShare::decayed(uint64_t usage, uint64_t ticks) {
  const uint64_t halvings = ticks / kHalfLife;
  if (halvings >= 64) return 0;
  const uint64_t whole = usage >> halvings;
  return whole - whole / (2 * kHalfLife) * (ticks % kHalfLife);
}

Thread* FairShare::take_next() {
  Thread* const thread = least_used(ready, kernel::clock.now());
  if (thread != nullptr) ready.remove(*thread);
  return thread;
}

bool FairShare::should_preempt(const Thread& running, Occasion occasion) const {
  if (occasion != Occasion::tick || ready.empty()) return false;
  const uint64_t now = kernel::clock.now();
  return usage(*least_used(ready, now), now) < usage(running, now);
}

void FairShare::charge(Thread& thread, uint64_t cycles) {
  const uint64_t now = kernel::clock.now();
  share(thread) = {.usage = usage(thread, now) + cycles / thread.weight, .usage_tick = now};
}

}  // namespace lab
