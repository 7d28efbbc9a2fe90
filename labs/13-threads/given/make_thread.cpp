// SPDX-License-Identifier: MIT
#include "lib/panic.h"
#include "threads.h"

namespace lab {

constinit Thread threads[kMostThreads]{{.state = State::running}};
constinit Thread* current = &threads[0];

Thread& make_thread(void (*function)(uint64_t), uint64_t argument) {
  constexpr size_t kStackPages = 2;
  for (uint32_t id = 1; id < kMostThreads; ++id) {
    Thread& thread = threads[id];
    if (thread.state != State::free) continue;
    const auto stack = kernel::allocate_stack(kStackPages);
    if (!stack) kernel::panic("no memory for a stack");
    thread = {.id = id, .function = function, .argument = argument, .stack = *stack};
    prepare(thread);
    return thread;
  }
  kernel::panic("more than {} threads", kMostThreads);
}

Thread& spawn(void (*function)(uint64_t), uint64_t argument) {
  Thread& thread = make_thread(function, argument);
  make_ready(thread);
  return thread;
}

}  // namespace lab
