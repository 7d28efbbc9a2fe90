// SPDX-License-Identifier: MIT
#include "task/dispatcher.h"

#include <algorithm>

#include "lib/panic.h"
#include "task/clock.h"

namespace kernel {

constinit const Scheduler* scheduler = kSchedulers;
constinit bool reschedule_wanted = false;
constinit SwitchTrace switch_trace;
constinit SwitchFunction switch_function = switch_context;

namespace {

constinit uint64_t accounted_until = 0;  // reading of the time stamp counter

// See account_time. Inline, as every switch comes through here.
[[gnu::always_inline]] inline void book_time() {
  const uint64_t now = rdtsc();
  current->cycles += now - accounted_until;
  accounted_until = now;
}

// To the next alarm, or to the end of the slice if somebody else wants the CPU. REQUIRES: the clock is
// tickless.
void set_timer() {
  const uint64_t slice_end = scheduler->empty() ? kNever : clock.now() + 1;
  clock.set_next_interrupt(std::min(slice_end, alarms.next_due()));
}

// The current thread is in that state from now on, and somebody else runs.
void switch_away(ThreadState state, SwitchReason reason) {
  reschedule_wanted = false;
  book_time();
  Thread& previous = *current;
  previous.state = state;
  if (state == ThreadState::ready && &previous != idle_thread) scheduler->add(previous);
  Thread* const chosen = scheduler->take_next();
  // While somebody is ready the timer is set to the end of a slice: since make_ready, or the last shot. Only
  // when nobody is left it must not be.
  if (clock.is_tickless() && scheduler->empty()) set_timer();
  Thread& next = chosen != nullptr ? *chosen : *idle_thread;
  next.state = ThreadState::running;
  if (&next == &previous) return;

  SwitchRecord& record = switch_trace.next();
  record.tsc = accounted_until;
  record.tick = clock.at(accounted_until);
  record.from = previous.id;
  record.to = next.id;
  record.reason = reason;
  record.waits_for = previous.waits_for;

  ++next.switches;
  current = &next;
  switch_function(previous.context, next.context);
  // Here some time has passed: `previous` runs again, and who switched to it need not be `next`.
  if (departed_thread != nullptr) free_departed_thread();
}

}  // namespace

void make_ready(Thread& thread) {
  thread.state = ThreadState::ready;
  thread.waits_for = WaitReason::nothing;
  scheduler->add(thread);
  if (current == idle_thread || scheduler->should_preempt(*current, Occasion::wakeup))
    reschedule_wanted = true;
  if (clock.is_tickless()) set_timer();
}

void block(WaitReason reason) {
  if (current == idle_thread) panic("the idle thread must not wait");
  if (jobs.ceiling() != 0) panic("a job must not wait, nor who holds one of its resources");
  current->waits_for = reason;
  switch_away(ThreadState::waiting, SwitchReason::waits);
}

void leave_for_ever() {
  switch_away(ThreadState::finished, SwitchReason::finished);
  panic("a thread that had ended was switched to");
}

void yield() {
  const DispatchGuard guard;
  switch_away(ThreadState::ready, SwitchReason::yielded);
}

void do_what_was_put_off() {
  if (jobs.any_pending()) jobs.run_pending();
  if (!reschedule_wanted || jobs.ceiling() != 0) return;
  ++current->preemptions;
  switch_away(ThreadState::ready, SwitchReason::preempted);
}

void account_time() { book_time(); }

void handle_tick() {
  clock.handle_interrupt();
  book_time();
  ++current->ticks;
  alarms.ring(clock.now());
  if (scheduler->should_preempt(*current, Occasion::tick)) reschedule_wanted = true;
  if (clock.is_tickless()) set_timer();
}

void set_scheduler(const Scheduler& policy) {
  const DispatchGuard guard;
  if (scheduler == &policy) return;
  while (Thread* thread = scheduler->take_next()) policy.add(*thread);
  scheduler = &policy;
  if (policy.tickless)
    clock.become_tickless();
  else
    clock.become_periodic();
  if (clock.is_tickless()) set_timer();
}

}  // namespace kernel
