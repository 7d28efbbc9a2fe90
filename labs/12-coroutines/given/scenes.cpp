// SPDX-License-Identifier: MIT
#include "scenes.h"

#include <utility>

#include "drivers/vga_text.h"
#include "memory/layout.h"

namespace lab {

constinit Story story;

void note(uint64_t who, uint64_t what) {
  story.entries[story.count++ % story.entries.size()] = {who, what, ticks};
}

namespace {

// What an executor does, for one task that never waits.
uint64_t run_alone(Task task) {
  Record record{.id = 1, .state = State::running};
  record.outermost = record.innermost = task.release();
  record.outermost.promise().record = &record;
  while (record.state == State::running && record.innermost && !record.innermost.done())
    record.innermost.resume();
  const uint64_t value = Task(record.outermost).await_resume();
  return record.state == State::finished ? value : kTooLate;
}

Task nested(uint64_t first, uint64_t step, uint64_t depth) {
  if (depth == 0) co_return first;
  co_return 3 * co_await nested(first, step, depth - 1) + step;
}

Task give(uint64_t value) { co_return value; }

Task in_a_row(uint64_t count, uint64_t step) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < count; ++i) sum += co_await give(i * step);
  co_return sum;
}

Task count_to(uint64_t who, uint64_t most) {
  for (uint64_t number = 1; number <= most; ++number) {
    note(who, number);
    co_await Yield();
  }
  co_return most;
}

Task sleep_twice(uint64_t who, uint64_t length) {
  co_await Sleep(length);
  note(who, 1);
  co_await Sleep(length);
  note(who, 2);
  co_return who;
}

Task sleep_and_give(uint64_t length, uint64_t value) {
  co_await Sleep(length);
  note(length, value);
  co_return length + value;
}

Task start_and_join(uint64_t first, uint64_t second, uint64_t value, uint64_t& sum) {
  Record& one = executor.start(sleep_and_give(first, value));
  Record& other = executor.start(sleep_and_give(second, value));
  sum = co_await join(one);
  sum += co_await join(other);
  note(0, sum);
  co_return sum;
}

Task limited(uint64_t work, uint64_t limit, uint64_t value, uint64_t after, uint64_t& result) {
  result = co_await with_limit(sleep_and_give(work, value), limit);
  note(0, result);
  co_await Sleep(after);
  note(0, 0);
  co_return result;
}

// The screen belongs to these two; the check reads it.
void show(unsigned row, unsigned column, char character) {
  reinterpret_cast<volatile uint16_t*>(kernel::kDirectMapBase +
                                       kernel::VgaText::kPhysicalAddress)[80 * row + column] =
      static_cast<uint16_t>(0x0f00 | static_cast<uint8_t>(character));
}

Task show_time() {
  for (;;) {
    co_await Sleep(100);
    const uint64_t seconds = ticks / 100;
    show(0, 78, static_cast<char>('0' + seconds / 10 % 10));
    show(0, 79, static_cast<char>('0' + seconds % 10));
  }
}

// `who` is 1, `what` the key.
Task show_keys() {
  for (unsigned column = 0;; column = (column + 1) % 70) {
    const char key = co_await NextKey();
    note(1, static_cast<uint8_t>(key));
    show(2, column, key);
  }
}

}  // namespace

uint64_t nested_calls(uint64_t first, uint64_t step, uint64_t depth) {
  return run_alone(nested(first, step, depth));
}
uint64_t calls_in_a_row(uint64_t count, uint64_t step) { return run_alone(in_a_row(count, step)); }

void take_turns(uint64_t first, uint64_t second, uint64_t third) {
  executor.start(count_to(1, first));
  executor.start(count_to(2, second));
  executor.start(count_to(3, third));
  executor.run();
}

void sleep_in_parallel(uint64_t first, uint64_t second, uint64_t third) {
  executor.start(sleep_twice(1, first));
  executor.start(sleep_twice(2, second));
  executor.start(sleep_twice(3, third));
  executor.run();
}

uint64_t join_two(uint64_t first, uint64_t second, uint64_t value) {
  uint64_t sum = 0;
  executor.start(start_and_join(first, second, value, sum));
  executor.run();
  return sum;
}

uint64_t work_with_limit(uint64_t work, uint64_t limit, uint64_t value, uint64_t after) {
  uint64_t result = 0;
  executor.start(limited(work, limit, value, after, result));
  executor.run();
  return result;
}

void run_for_ever() {
  executor.start(show_time());
  executor.start(show_keys());
  executor.run();
}

}  // namespace lab
