// SPDX-License-Identifier: MIT
#include "task/coroutine/join.h"
#include "task/coroutine/keys.h"
#include "test/test.h"

namespace kernel {
namespace {

struct Notes {
  uint64_t digits = 0;
  void add(uint64_t digit) { digits = digits * 10 + digit; }
};

Task<int> twice(int value) { co_return 2 * value; }

Task<void> call_a_few(Notes& notes) {
  int value = 1;
  for (int i = 0; i < 3; ++i) {
    value = co_await twice(value);
    notes.add(static_cast<uint64_t>(value));
  }
}

KERNEL_TEST(coroutine, awaits_what_it_calls) {
  Notes notes;
  Executor local;
  local.start_detached("caller", call_a_few(notes));
  expect_equal(notes.digits, 0);  // nothing runs before the executor does
  local.run();
  expect_equal(notes.digits, 248);
}

Task<void> sleep_and_note(Notes& notes, uint64_t ticks, uint64_t digit) {
  co_await sleep(ticks);
  notes.add(digit);
}

KERNEL_TEST(coroutine, sleepers_wake_in_order) {
  Notes notes;
  Executor local;
  local.start_detached("third", sleep_and_note(notes, 6, 3));
  local.start_detached("first", sleep_and_note(notes, 2, 1));
  local.start_detached("second", sleep_and_note(notes, 4, 2));
  local.run();
  expect_equal(notes.digits, 123);
}

KERNEL_TEST(coroutine, nobody_is_asked_in_vain) {
  Notes notes;
  Executor local;
  local.start_detached("sleeper", sleep_and_note(notes, 5, 1));
  const uint64_t idle_before = idle_thread->cycles, before = rdtsc();
  local.run();
  const uint64_t idle_for = idle_thread->cycles - idle_before, took = rdtsc() - before;
  expect_equal(local.statistics().wakes, 1);
  expect_equal(local.statistics().spurious, 0);
  expect_equal(local.statistics().sleeps, 1);
  expect(idle_for > took / 2);  // the CPU stood in HLT
}

Task<void> join_two(Executor& on, Notes& notes) {
  Started<int> left(on, "left", twice(2));
  Started<int> right(on, "right", twice(3));
  notes.add(static_cast<uint64_t>(co_await right.join()));
  notes.add(static_cast<uint64_t>(co_await left.join()));
}

KERNEL_TEST(coroutine, join_gives_the_result) {
  Notes notes;
  Executor local;
  local.start_detached("joiner", join_two(local, notes));
  local.run();
  expect_equal(notes.digits, 64);
}

Task<void> race(Executor& on, Notes& notes) {
  Started<void> slow(on, "slow", sleep_and_note(notes, 100, 9));
  Started<void> fast(on, "fast", sleep_and_note(notes, 3, 1));
  co_await first_of(slow, fast);
  if (fast.finished()) notes.add(2);
  if (slow.finished()) notes.add(8);
}

KERNEL_TEST(coroutine, the_loser_of_a_race_is_cancelled) {
  Notes notes;
  Executor local;
  const size_t alarms_before = alarms.size();
  local.start_detached("race", race(local, notes));
  local.run();
  expect_equal(notes.digits, 12);
  expect_equal(alarms.size(), alarms_before);
}

Task<void> try_in_time(Executor& on, Notes& notes) {
  const auto in_time = co_await with_timeout(on, "quick", twice(4), 5);
  notes.add(in_time.has_value() ? 1 : 9);
  struct NoteAtEnd {
    Notes& notes;
    ~NoteAtEnd() { notes.add(7); }
  };
  const auto wait_for_a_key = [](Notes& notes_of) -> Task<char> {
    const NoteAtEnd note{notes_of};
    co_return co_await next_key();
  };
  const auto too_late = co_await with_timeout(on, "key", wait_for_a_key(notes), 3);
  notes.add(too_late.has_value() ? 9 : 2);
}

KERNEL_TEST(coroutine, a_timeout_ends_what_takes_too_long) {
  Notes notes;
  Executor local;
  local.start_detached("tries", try_in_time(local, notes));
  local.run();
  expect_equal(notes.digits, 172);  // the key's reader was destroyed, with its locals
}

class Flag final : public Awaitable {
 public:
  explicit Flag(const bool& set) : Awaitable("a flag"), set_(set) {}
  bool poll() override { return set_; }
  void start_waiting(Waker) override {}  // nobody will wake it by name
  void await_resume() {}

 private:
  const bool& set_;
};

Task<void> wait_for_flag(const bool& set, Notes& notes) {
  co_await Flag(set);
  notes.add(1);
}

KERNEL_TEST(coroutine, a_wake_up_that_does_not_fit_is_counted_and_made_good) {
  Notes notes;
  Executor local;
  bool set = false;
  local.start_detached("waits", wait_for_flag(set, notes));
  local.run_ready();
  expect_equal(notes.digits, 0);
  set = true;
  for (uint32_t i = 0; i < Executor::kWakeQueueSize; ++i) local.wake(~0u);
  expect_equal(local.statistics().lost, 0);
  local.wake(local.tasks().first->id);
  expect_equal(local.statistics().lost, 1);
  local.run();
  expect_equal(notes.digits, 1);
  expect_equal(local.statistics().full_looks, 1);
  expect_equal(local.statistics().stale, Executor::kWakeQueueSize);
}

}  // namespace
}  // namespace kernel
