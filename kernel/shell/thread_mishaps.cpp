// SPDX-License-Identifier: MIT
#include "shell/thread_mishaps.h"

#include "arch/register_probe.h"
#include "lib/print.h"
#include "task/wait_queue.h"
#include "task/with_scheduler.h"

namespace kernel {

// Two threads with a value in R15 take turns, and the switch between them does not save it.
void forget_a_register() {
  static constinit volatile bool stop = false;
  stop = false;
  Thread* const other = spawn("other", [](void*) {
    while (!stop) r15_across(0x2222, yield);
  });
  if (other == nullptr) return print("there is no memory for a thread\n");
  yield();
  switch_function = switch_context_forgetting_r15;
  const uint64_t found = r15_across(0x1111, yield);
  switch_function = switch_context;
  stop = true;
  join(*other);
  print("R15 held 0x1111 before the switch and {:#x} after it: that is the other thread's value\n", found);
}

namespace {

[[gnu::noinline]] uint64_t sum_up_to(uint64_t n) {
  volatile uint64_t in_the_frame[16] = {n};
  return n == 0 ? 0 : in_the_frame[0] + sum_up_to(n - 1);
}

}  // namespace

// A page is enough for some twenty of these calls. Below the stack nothing is mapped, so the CPU cannot even
// push the page fault, and makes a double fault of it, which has a stack of its own.
void overflow_small_stack() {
  print("a hundred nested calls on a stack of one page\n");
  Thread* const thread =
      spawn("small", [](void*) { print("the sum is {}\n", sum_up_to(100)); }, nullptr, {.stack_pages = 1});
  if (thread != nullptr) join(*thread);
}

// Look and wait are two steps here. The event comes in between, when nobody waits yet: the wake-up finds
// nobody, and the thread then waits for something that has been already.
void lose_a_wakeup() {
  static constinit WaitQueue queue;
  static constinit volatile bool has_happened = false;
  has_happened = false;
  const auto wait_carelessly = [](void*) {
    if (has_happened) return;
    yield();  // stands for the timer's interrupt, which may come here
    const DispatchGuard guard;
    queue.wait();
    print("the careless thread goes on\n");
  };
  if (spawn("careless", wait_carelessly, nullptr, {.detached = true}) == nullptr)
    return print("there is no memory for a thread\n");
  yield();
  has_happened = true;
  queue.wake_all();
  sleep_for(5);
  print("it has happened, and the thread 'careless' waits for it for ever: see threads\n");
}

// The thread of lowest priority never waits. Under any other policy the timer would take the CPU from it.
void starve_everybody() {
  print("a thread of the lowest priority computes for ever; the prompt does not come back\n");
  sleep_for(1);
  set_scheduler(*find_scheduler("completion"));
  Thread* const hog = spawn("hog",
                            [](void*) {
                              for (;;) {
                              }
                            },
                            nullptr, {.priority = 0});
  if (hog != nullptr) join(*hog);
}

}  // namespace kernel
