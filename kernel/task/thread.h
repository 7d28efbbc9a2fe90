// SPDX-License-Identifier: MIT
//
// Threads: several flows of control, each with a stack of its own, sharing everything else.
//
//   Thread& worker = *spawn("worker", [](void* n) { count(*static_cast<int*>(n)); }, &n);
//   join(worker);
//
// This file says what a thread is and what one can do with it. Who runs next is decided in task/scheduler.h,
// and the change from one to the other happens in task/dispatcher.h.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "arch/switch.h"
#include "lib/list.h"
#include "memory/thread_stacks.h"
#include "task/alarm.h"

namespace kernel {

class Mutex;
class WaitQueue;

enum class ThreadState : uint8_t { ready, running, waiting, finished };
enum class WaitReason : uint8_t { nothing, sleep, event, mutex, join };
enum class Wakeup : uint8_t { event, alarm };  // what ended a wait

inline constexpr unsigned kPriorities = 8;
inline constexpr uint8_t kNormalPriority = 3;  // 0 is the lowest, 7 the highest

struct Thread {
  SavedContext context;  // while it does not run

  uint32_t id = 0;
  std::array<char, 20> name_characters{};  // padded with zeros
  ThreadState state = ThreadState::ready;
  bool detached = false;  // nobody will join it: it is freed when it ends
  uint8_t base_priority = kNormalPriority;
  uint8_t priority = kNormalPriority;  // base, or what it inherits from who waits for it
  uint8_t weight = 1;                  // its share, for the fair share policy

  void (*function)(void*) = nullptr;
  void* argument = nullptr;
  KernelStack stack{};

  ListLinks<Thread> all_links{};    // in `threads`
  ListLinks<Thread> queue_links{};  // in the list of whatever it waits for, be it only the CPU

  // While it waits.
  WaitReason waits_for = WaitReason::nothing;
  WaitQueue* waits_in = nullptr;  // none for a mere sleep
  Mutex* wants = nullptr;         // whose owner it lends its priority
  Alarm alarm{};
  Wakeup woken_by = Wakeup::event;

  Mutex* holds = nullptr;    // the first of the mutexes it holds
  Thread* joiner = nullptr;  // who waits for its end

  // For the fair share policy.
  uint64_t usage = 0;           // CPU cycles by weight, the older the less
  uint64_t charged_cycles = 0;  // how many of `cycles` are in it

  // Statistics.
  uint64_t ticks = 0;        // timer interrupts that found it running
  uint64_t cycles = 0;       // of the time stamp counter, while it ran
  uint64_t switches = 0;     // times it got the CPU
  uint64_t preemptions = 0;  // times it lost the CPU without asking
  uint64_t spawned_at = 0;   // tick

  std::string_view name() const;
  // Bytes of the stack that were ever touched: the rest is still zero, as it was handed out.
  size_t stack_high_water() const;
};

using ThreadList = List<Thread, &Thread::all_links>;
using ThreadQueue = List<Thread, &Thread::queue_links>;

// Names outlast their threads, for whoever shows the past: of the last 256 threads, by id % 256.
struct ThreadName {
  uint32_t id = 0;
  std::array<char, 20> characters{};
};
extern std::array<ThreadName, 256> thread_names;

extern ThreadList threads;   // all that there are, in the order of their making
extern Thread* current;      // who runs this
extern Thread* idle_thread;  // who runs when nobody else wants to: HLT

struct ThreadOptions {
  uint8_t priority = kNormalPriority;
  uint8_t weight = 1;
  bool detached = false;
  size_t stack_pages = 4;
};

// Makes a thread that will call function(argument) and end when that returns. Null if there is no memory for
// it. It must be joined, exactly once, unless it is detached.
Thread* spawn(std::string_view name, void (*function)(void*), void* argument = nullptr,
              ThreadOptions options = {});

// Waits for its end, and frees it.
void join(Thread& thread);

[[noreturn]] void exit_thread();

// Lets others run first.
void yield();

void sleep_until(uint64_t tick);
void sleep_for(uint64_t ticks);

void set_priority(Thread& thread, uint8_t priority);

// What boot.S started becomes the thread "main", and one is made that sleeps in HLT when nobody else has
// anything to do. From here on the timer's interrupt may take the CPU away from whoever runs.
void start_threads();

// Has ended, and nobody will join it; null if there is none. REQUIRES, to free it: another thread runs, and
// interrupts are off.
extern Thread* departed_thread;
void free_departed_thread();

// Lets a thread begin again, as if it had just been spawned; what is on its stack is forgotten. REQUIRES: it
// neither runs nor waits, or whoever runs on its account is about to take another one.
void restart(Thread& thread);

}  // namespace kernel
