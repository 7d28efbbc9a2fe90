// SPDX-License-Identifier: MIT
//
// Who runs next, and when: what you write. Threads, the switch between them, wait queues and alarms are the
// kernel's (kernel/task).
//
//   Priorities          the most important first                   policies.cpp    step 1
//   lock, unlock        a mutex that knows of priorities           policies.cpp    step 2
//   FairShare           who had the least lately                   policies.cpp    step 3
//   the timer's count   an interrupt when something is due         timer.cpp       step 4
//   kernel::Jobs        interrupts as tasks                        task/jobs.cpp   step 5
//
// The kernel calls a policy with interrupts off. The thread that runs is in no policy's lists.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "task/scheduler.h"
#include "task/wait_queue.h"

namespace lab {

using kernel::Occasion;  // tick: time has passed; wakeup: somebody has become ready
using kernel::Thread;

// Step 1. The highest `priority` first, and at once; equals in turn, a tick each.
struct Priorities {
  static constexpr std::string_view kName = "your priorities";
  static constexpr std::string_view kSummary = "the highest priority first, equals in turn";
  static constexpr bool kTickless = false;

  std::array<kernel::ThreadQueue, kernel::kPriorities> ready;  // one list for each priority

  void add(Thread& thread);     // has become ready, or has had its turn
  void remove(Thread& thread);  // one of those added
  Thread* take_next();          // takes it out of the lists; null if nobody is ready
  bool empty() const;
  // Should somebody in the lists run now, instead of `running`?
  bool should_preempt(const Thread& running, Occasion occasion) const;
};
extern Priorities priorities;

// Step 2. One thread at a time. While somebody waits for it, the owner has at least the waiter's priority,
// and so has whoever that owner waits for.
struct Mutex {
  std::string_view name;
  Thread* owner = nullptr;
  kernel::WaitQueue waiting{};  // wake_one() takes the one of the highest priority; waiting() lists them
};
extern Mutex mutexes[2];  // all there are

void lock(Mutex& mutex);
// The most important who waits becomes the owner. What was lent for this mutex goes back.
void unlock(Mutex& mutex);

// Given: a thread's `priority`, also if it stands in a policy's list. What is its own stays in
// `base_priority`.
void change_priority(Thread& thread, uint8_t priority);
extern bool inheritance;  // off: the scenes show what happens without; lend nothing

// Step 3. Whoever had the least of the processor lately, by weight. "Lately": what was used kHalfLife ticks
// ago counts half. share(thread) remembers: `usage`, as it was at `usage_tick`.
struct FairShare {
  static constexpr std::string_view kName = "your fair share";
  static constexpr std::string_view kSummary = "who had the least lately";
  static constexpr bool kTickless = false;
  static constexpr uint64_t kHalfLife = 16;  // ticks

  struct Share {
    uint64_t usage = 0, usage_tick = 0;
  };
  static Share& share(const Thread& thread);  // given: one for each thread

  kernel::ThreadQueue ready;

  // What is left of a usage after so many ticks: half after 16, a quarter after 32, 0 in the end, and never
  // more than at the tick before.
  static uint64_t decayed(uint64_t usage, uint64_t ticks);

  Thread* take_next();
  bool should_preempt(const Thread& running, Occasion occasion) const;  // at a tick, if one had less
  void charge(Thread& thread, uint64_t cycles);                         // ran for so long

  // Given: how the kernel comes here. What a thread ran is charged before anything is decided by it.
  void add(Thread& thread) {
    book(thread);
    ready.push_back(thread);
  }
  void remove(Thread& thread) { ready.remove(thread); }
  bool empty() const { return ready.empty(); }
  bool should_preempt(Thread& running, Occasion occasion) {
    book(running);
    return std::as_const(*this).should_preempt(running, occasion);
  }

 private:
  void book(Thread& thread) {
    charge(thread, thread.cycles - thread.charged_cycles);
    thread.charged_cycles = thread.cycles;
  }
};
extern FairShare fair_share;

// Step 4. Time in ticks while no ticks come, by the time stamp counter: so many since it showed `then`.
uint64_t ticks_since(uint64_t then, uint64_t cycles_per_tick);
// Step 4. One interrupt of the 8254, when the time stamp counter shows `due` or soon after, by mode 0:
// control word, low byte, high byte. A counter has 16 bits: what is further away than that gets an earlier
// interrupt, and the kernel asks again. `due` may have passed.
void interrupt_once(uint64_t due, uint64_t cycles_per_tick);
// Step 4. None until the next interrupt_once: mode 0 does not count before it has got its count.
void no_interrupt();
inline constexpr uint16_t kCountsPerTick = 119;  // of the 8254, at 1.193182 MHz: 0.1 ms

}  // namespace lab
