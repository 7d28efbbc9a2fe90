// SPDX-License-Identifier: MIT
//
// The change from one thread to the next.
//
//   yield(), wait(), exit_thread()                       the thread asks for it
//   timer's interrupt -> the slice is over               it is asked to
//   any interrupt     -> wakes somebody more urgent      it is asked to
//
// Asking does not switch at once: it sets `reschedule_wanted`, and the switch happens at the end of the
// interrupt, after the controller has been told, or when the last DispatchGuard ends. Always on the stack of
// the thread that is left, and always with interrupts off.
#pragma once

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "task/jobs.h"
#include "task/scheduler.h"
#include "task/switch_trace.h"
#include "task/thread.h"

namespace kernel {

extern const Scheduler* scheduler;  // the policy in use
extern bool reschedule_wanted;

// The first five REQUIRE that interrupts are off.

// A thread that could run again may run again.
void make_ready(Thread& thread);

// The current thread leaves the CPU until make_ready.
void block(WaitReason reason);

// The current thread has ended: nobody switches to it again.
[[noreturn]] void leave_for_ever();

// What was put off while interrupts were off: jobs (task/jobs.h), then the switch that somebody asked for.
void do_what_was_put_off();

// Books the time since the last call to the current thread.
void account_time();

// From the timer's handler: the clock has moved.
void handle_tick();

// The function that switches: switch_context. A demonstration may put in one that is broken.
using SwitchFunction = void (*)(SavedContext& from, const SavedContext& to);
extern SwitchFunction switch_function;

// Another policy from now on; threads that are ready move over. For a tickless one the clock's rate must be
// known: wait for two ticks after the start.
void set_scheduler(const Scheduler& policy);

// Interrupts are off while it lives, as with InterruptGuard; and a switch that was asked for meanwhile
// happens at its end.
class DispatchGuard {
 public:
  DispatchGuard() : before_(rflags::read()) { cli(); }
  [[gnu::always_inline]] ~DispatchGuard() {
    if ((before_ & rflags::kInterrupts) == 0) return;
    if (reschedule_wanted || jobs.any_pending()) do_what_was_put_off();
    sti();
  }
  DispatchGuard(const DispatchGuard&) = delete;
  DispatchGuard& operator=(const DispatchGuard&) = delete;

 private:
  uint64_t before_;  // RFLAGS
};

}  // namespace kernel
