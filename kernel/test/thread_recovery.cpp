// SPDX-License-Identifier: MIT
#include "test/thread_recovery.h"

#include "arch/interrupt_guard.h"
#include "memory/stacks.h"
#include "task/dispatcher.h"
#include "task/jobs.h"
#include "task/mutex.h"
#include "task/wait_queue.h"

namespace kernel {
namespace {

// Out of all lists but that of all threads.
void take_out(Thread& thread) {
  // A queue on a stack was a local of something that has been left: it is not there any more.
  if (find_stack(reinterpret_cast<uint64_t>(thread.waits_in))) {
    thread.waits_in = nullptr;
    thread.queue_links = {};
  }
  if (thread.state == ThreadState::waiting) end_wait(thread, Wakeup::event);
  if (thread.state == ThreadState::ready && &thread != idle_thread) scheduler->remove(thread);
  thread.wants = thread.holds = nullptr;
  thread.joiner = nullptr;
}

}  // namespace

ThreadRecovery::ThreadRecovery() : runner_(*current), newest_(threads.last->id) {}

void ThreadRecovery::recover() const {
  const InterruptGuard guard;
  Thread& failed = *current;
  take_out(runner_);
  if (&failed != &runner_ && failed.id <= newest_) {
    // It was in the middle of something that is lost; its stack was left without a switch.
    restart(failed);
    if (&failed != idle_thread) scheduler->add(failed);
  }
  runner_.state = ThreadState::running;
  current = &runner_;
  while (threads.last->id > newest_) {
    Thread& left_over = *threads.last;
    take_out(left_over);
    left_over.state = ThreadState::finished;
    left_over.detached = false;
    join(left_over);
  }
  jobs.forget_all();
  switch_function = switch_context;
  priority_inheritance = true;
  set_scheduler(kSchedulers[0]);
  reschedule_wanted = false;
}

}  // namespace kernel
