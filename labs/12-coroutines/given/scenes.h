// SPDX-License-Identifier: MIT
//
// Small plays that the check calls, and one that goes on for ever.
#pragma once

#include "coroutine.h"

namespace lab {

// Who did something, and when: each scene writes down what its tasks do.
struct Entry {
  uint64_t who, what, tick;
};
struct Story {
  std::array<Entry, 64> entries{};  // number n is at n % 64
  uint64_t count = 0;
};
extern Story story;
void note(uint64_t who, uint64_t what);

// Without an executor: f(0) = first, f(n) = 3 f(n - 1) + step, a coroutine for each n that awaits the next.
uint64_t nested_calls(uint64_t first, uint64_t step, uint64_t depth);
// Likewise: one coroutine awaits `count` short ones, one after the other, and adds up what they give.
uint64_t calls_in_a_row(uint64_t count, uint64_t step);

// Three tasks that count to `first`, `second`, `third`, and let others run after each number.
void take_turns(uint64_t first, uint64_t second, uint64_t third);
// Three tasks that sleep so long, and then as long again.
void sleep_in_parallel(uint64_t first, uint64_t second, uint64_t third);
// A task that starts two, each of which sleeps and gives `value` more than it slept; joins both; gives the
// sum.
uint64_t join_two(uint64_t first, uint64_t second, uint64_t value);
// A task that sleeps `work` ticks and gives `value`, with a limit; then the caller sleeps `after` ticks.
uint64_t work_with_limit(uint64_t work, uint64_t limit, uint64_t value, uint64_t after);

// What the kernel does from lab::ready on: a clock in the corner, and keys that appear on the screen.
void run_for_ever();

}  // namespace lab
