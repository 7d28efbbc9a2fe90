// SPDX-License-Identifier: MIT
#include "threads.h"

#include "arch/instructions.h"
#include "arch/interrupt_guard.h"
#include "arch/interrupts.h"
#include "drivers/pit8254.h"

namespace lab {

// --- step 1 ---
namespace {

// What switch_to pops, the lowest address first; then where its RET goes.
struct SwitchFrame {
  uint64_t r15 = 0, r14 = 0, r13 = 0, r12 = 0, rbx = 0, rbp = 0;
  void (*rip)() = begin;
  uint64_t return_address = 0;  // of begin(), which has none
};
static_assert(sizeof(SwitchFrame) == 64);

}  // namespace

void prepare(Thread& thread) {
  thread.rsp = thread.stack.top - sizeof(SwitchFrame);
  *reinterpret_cast<SwitchFrame*>(thread.rsp) = SwitchFrame();
}

void begin() {
  kernel::sti();
  current->function(current->argument);
  finish();
}

// --- step 3 ---
namespace {

constinit Thread* first = nullptr;
constinit Thread* last = nullptr;

// REQUIRES: the queue is not empty.
Thread& take_next() {
  Thread& next = *first;
  first = next.next;
  if (first == nullptr) last = nullptr;
  next.next = nullptr;
  return next;
}

void run(Thread& next) {
  Thread& previous = *current;
  next.state = State::running;
  current = &next;
  switch_to(previous, next);
}

}  // namespace

void make_ready(Thread& thread) {
  const kernel::InterruptGuard guard;
  thread.state = State::ready;
  (last != nullptr ? last->next : first) = &thread;
  last = &thread;
}

void yield() {
  const kernel::InterruptGuard guard;
  if (first == nullptr) return;
  Thread& next = take_next();
  make_ready(*current);
  run(next);
}

void finish() {
  kernel::cli();
  current->state = State::finished;
  run(take_next());
  __builtin_unreachable();
}

// --- step 4 ---
constinit volatile uint64_t ticks = 0;

void start_preemption() {
  kernel::set_irq_handler(kernel::kTimerIrq, [] { ticks = ticks + 1; });
  kernel::set_after_interrupt(yield);
}

}  // namespace lab
