// SPDX-License-Identifier: MIT
#include "task/thread.h"

#include <algorithm>
#include <new>
#include <utility>

#include "arch/interrupts.h"
#include "drivers/pit8254.h"
#include "lib/panic.h"
#include "memory/layout.h"
#include "task/clock.h"
#include "task/dispatcher.h"
#include "task/jobs.h"
#include "task/mutex.h"
#include "task/wait_queue.h"

namespace kernel {
namespace {

constinit Thread main_thread;
constinit uint32_t last_id = 0;

void set_name(Thread& thread, std::string_view name) {
  const size_t length = std::min(name.size(), thread.name_characters.size() - 1);
  std::copy_n(name.begin(), length, thread.name_characters.begin());
}

void enlist(Thread& thread) {
  thread.id = ++last_id;
  thread_names[thread.id % thread_names.size()] = {thread.id, thread.name_characters};
  thread.alarm.thread = &thread;
  thread.spawned_at = clock.now();
  threads.push_back(thread);
}

void free_thread(Thread& thread) {
  threads.remove(thread);
  free_stack(thread.stack);
  delete &thread;
}

// The first thing a new thread does: switch_context "returns" to here, with interrupts off.
void run_thread() {
  if (departed_thread != nullptr) free_departed_thread();
  sti();
  current->function(current->argument);
  exit_thread();
}

// Whoever has nothing to do sleeps in HLT. Between the look and the HLT no interrupt can come (sti_hlt), and
// the interrupt that ends the HLT also switches to whoever it woke.
void idle(void*) {
  for (;;) {
    { const DispatchGuard guard; }
    cli();
    if (scheduler->empty()) sti_hlt();
    sti();
  }
}

}  // namespace

constinit std::array<ThreadName, 256> thread_names{};
constinit ThreadList threads;
constinit Thread* current = &main_thread;
constinit Thread* idle_thread = nullptr;
constinit Thread* departed_thread = nullptr;

std::string_view Thread::name() const { return {name_characters.data()}; }

size_t Thread::stack_high_water() const {
  const auto* word = reinterpret_cast<const uint64_t*>(stack.bottom);
  const auto* top = reinterpret_cast<const uint64_t*>(stack.top);
  while (word != top && *word == 0) ++word;
  return static_cast<size_t>(top - word) * sizeof(uint64_t);
}

Thread* spawn(std::string_view name, void (*function)(void*), void* argument, ThreadOptions options) {
  auto* const thread = new (std::nothrow) Thread;
  if (thread == nullptr) return nullptr;
  set_name(*thread, name);
  const auto stack = allocate_stack(options.stack_pages, thread->name());
  if (!stack) {
    delete thread;
    return nullptr;
  }
  thread->detached = options.detached;
  thread->base_priority = thread->priority = options.priority;
  thread->weight = options.weight;
  thread->function = function;
  thread->argument = argument;
  thread->stack = *stack;
  restart(*thread);

  const DispatchGuard guard;
  thread->usage = current->usage;  // or whoever spawns a lot would get a lot
  enlist(*thread);
  make_ready(*thread);
  return thread;
}

void join(Thread& thread) {
  const DispatchGuard guard;
  if (thread.detached) panic("{} is detached: it cannot be joined", thread.name());
  while (thread.state != ThreadState::finished) {
    thread.joiner = current;
    block(WaitReason::join);
  }
  free_thread(thread);
}

void exit_thread() {
  cli();
  Thread& self = *current;
  if (self.holds != nullptr) panic("{} ends, and holds {}", self.name(), self.holds->name());
  if (self.detached) departed_thread = &self;  // its stack is still in use: the next one frees it
  if (self.joiner != nullptr) make_ready(*self.joiner);
  leave_for_ever();
}

void restart(Thread& thread) {
  thread.state = ThreadState::ready;
  thread.context = new_context(thread.stack.top, run_thread);
}

void free_departed_thread() { free_thread(*std::exchange(departed_thread, nullptr)); }

void sleep_until(uint64_t tick) {
  const DispatchGuard guard;
  if (tick <= clock.now()) return;
  alarms.set(current->alarm, tick);
  block(WaitReason::sleep);
}

void sleep_for(uint64_t ticks) { sleep_until(clock.now() + ticks); }

void start_threads() {
  main_thread.state = ThreadState::running;
  main_thread.stack = {.bottom = reinterpret_cast<uint64_t>(kernel_stack_bottom),
                       .top = reinterpret_cast<uint64_t>(kernel_stack_top),
                       .pages = 0};
  set_name(main_thread, "main");
  enlist(main_thread);
  account_time();
  main_thread.cycles = 0;
  idle_thread = spawn("idle", idle, nullptr, {.priority = 0, .stack_pages = 2});
  if (idle_thread == nullptr) panic("no memory for the idle thread");
  scheduler->remove(*idle_thread);  // it is nobody's turn: it runs when no turn is due
  set_timer_listener(handle_tick);
  set_after_interrupt(do_what_was_put_off);
}

}  // namespace kernel
