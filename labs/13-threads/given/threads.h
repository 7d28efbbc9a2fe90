// SPDX-License-Identifier: MIT
//
// Threads: what you write, and the few parts that are there already.
//
//   switch_to          from one stack to another                    switch.S       steps 1, 2 and 5
//   prepare, begin     the stack of a thread that never ran         threads.cpp    step 1
//   yield, finish      in turn                                      threads.cpp    step 3
//   start_preemption   the timer takes the processor away           threads.cpp    step 4
#pragma once

#include <cstddef>
#include <cstdint>

#include "arch/switch.h"
#include "memory/thread_stacks.h"

namespace lab {

enum class State : uint8_t { free, ready, running, finished };

struct Thread {
  uint64_t rsp = 0;        // while it does not run: what switch_to left there
  kernel::FpuState fpu{};  // likewise: what FXSAVE64 writes. A thread that never ran has what FNINIT leaves

  uint32_t id = 0;
  State state = State::free;
  void (*function)(uint64_t) = nullptr;
  uint64_t argument = 0;
  kernel::KernelStack stack{};  // its bytes: [bottom, top); the page below is not mapped
  Thread* next = nullptr;       // in the queue of those who are ready
};
static_assert(offsetof(Thread, rsp) == 0 && offsetof(Thread, fpu) == 16, "switch.S knows these");

inline constexpr unsigned kMostThreads = 8;
extern Thread threads[kMostThreads];  // number 0 is the one that boots: main
extern Thread* current;               // who runs

// Step 1. Lays out the upper end of a new thread's stack and sets its `rsp`, so that the first switch_to to
// it ends up in begin(), with a stack as behind a CALL: RSP lies 8 bytes below a multiple of 16.
void prepare(Thread& thread);

// Step 1. The first that a thread does, still with interrupts off: switches them on, calls its function with
// its argument, and after that finish().
[[noreturn]] void begin();

// Step 3. The thread is `ready`, and goes to the end of the queue of those who are.
void make_ready(Thread& thread);

// Step 3. Lets the first of the queue run, and goes to its end; does nothing where the queue is empty. With
// interrupts off from the look at the queue until it is back (kernel::InterruptGuard). The one that runs is
// `running`, and it is `current`.
void yield();

// Step 3. The thread is `finished`: the first of the queue runs, and nobody comes back. main never finishes,
// so there is always somebody.
[[noreturn]] void finish();

// Step 4. From now on each interrupt of the timer counts in `ticks`, and after it somebody else runs:
//
//   kernel::set_irq_handler(kernel::kTimerIrq, f)    opens the line; f runs BEFORE the end of interrupt
//   kernel::set_after_interrupt(g)                   g runs AFTER it
void start_preemption();
extern volatile uint64_t ticks;

// Given: a thread with a stack of its own, not ready yet; and one that is.
Thread& make_thread(void (*function)(uint64_t), uint64_t argument);
Thread& spawn(void (*function)(uint64_t), uint64_t argument);

}  // namespace lab

// Steps 1, 2 and 5. Saves in `from` how to go on here, and goes on with `to`. Comes back when somebody
// switches to `from`. REQUIRES: interrupts are off.
extern "C" void switch_to(lab::Thread& from, lab::Thread& to);
