// SPDX-License-Identifier: MIT
#include "arch/switch.h"
#include "shell/shell.h"
#include "task/clock.h"
#include "task/dispatcher.h"
#include "task/mutex.h"
#include "test/test.h"

namespace kernel {
namespace {

struct Counter {
  volatile uint64_t value = 0;
  volatile bool stop = false;
};

void count_until_stopped(void* argument) {
  auto& counter = *static_cast<Counter*>(argument);
  while (!counter.stop) counter.value = counter.value + 1;
}

KERNEL_TEST(thread, join_waits_for_the_end) {
  static constinit int order = 0;
  order = 0;
  Thread& thread = *spawn("worker", [](void*) {
    sleep_for(2);
    order = order * 10 + 1;
  });
  join(thread);
  order = order * 10 + 2;
  expect_equal(order, 12);
}

KERNEL_TEST(thread, yields_take_turns) {
  static constinit uint64_t order = 0;
  order = 0;
  const auto write_digit = [](void* digit) {
    for (int i = 0; i < 3; ++i) {
      order = order * 10 + reinterpret_cast<uint64_t>(digit);
      yield();
    }
  };
  Thread& one = *spawn("one", write_digit, reinterpret_cast<void*>(1));
  Thread& two = *spawn("two", write_digit, reinterpret_cast<void*>(2));
  join(one);
  join(two);
  expect_equal(order, 121212);
}

KERNEL_TEST(thread, every_thread_progresses_without_yielding) {
  Counter counters[3];
  Thread* counting[3];
  for (unsigned i = 0; i < 3; ++i) counting[i] = spawn("counter", count_until_stopped, &counters[i]);
  sleep_for(7);
  for (Counter& counter : counters) counter.stop = true;
  for (Thread* thread : counting) {
    expect(thread->preemptions > 0);
    join(*thread);
  }
  for (const Counter& counter : counters) expect(counter.value > 1000);
}

KERNEL_TEST(thread, sleeps_as_long_as_it_said) {
  const uint64_t before = clock.now();
  sleep_for(5);
  expect_equal(clock.now(), before + 5);
}

KERNEL_TEST(thread, ending_frees_everything) {
  const size_t before = threads.size();
  for (int i = 0; i < 100; ++i) {
    Thread* const joined = spawn("joined", [](void*) {});
    Thread* const detached = spawn("detached", [](void*) {}, nullptr, {.detached = true});
    expect(joined != nullptr && detached != nullptr);
    join(*joined);
  }
  sleep_for(1);
  expect_equal(threads.size(), before);
  expect(threads.is_sound());
}

KERNEL_TEST(thread, there_may_be_too_many) {
  std::array<Thread*, ThreadStacks::kSlots + 1> many{};
  size_t count = 0;
  while (count < many.size() &&
         (many[count] = spawn("one of many", [](void*) {}, nullptr, {.stack_pages = 1})))
    ++count;
  expect(count > 50 && count < many.size());  // the last one got no stack, and left nothing behind
  for (size_t i = 0; i < count; ++i) join(*many[i]);
}

[[gnu::noinline]] uint64_t use_stack(size_t bytes) {
  volatile uint64_t words[64];
  for (volatile uint64_t& word : words) word = bytes;
  return bytes <= sizeof words ? words[0] : words[1] + use_stack(bytes - sizeof words);
}

KERNEL_TEST(thread, the_stack_shows_how_much_of_it_was_used) {
  Thread& thread = *spawn("uses its stack", [](void*) { use_stack(6000); });
  expect(thread.stack_high_water() < 1000);
  sleep_for(1);
  expect(thread.stack_high_water() >= 6000 && thread.stack_high_water() < 9000);
  join(thread);
}

KERNEL_TEST_SHOULD_PANIC(thread, whose_stack_is_too_small) {
  Thread& thread = *spawn("small stack", [](void*) { use_stack(6000); }, nullptr, {.stack_pages = 1});
  join(thread);
}

KERNEL_TEST_SHOULD_PANIC(thread, that_ends_holding_a_mutex) {
  static constinit Mutex mutex("held");
  Thread& thread = *spawn("holder", [](void*) { mutex.lock(); });
  join(thread);
}

// The last two ended on the account of a thread that is gone now.
KERNEL_TEST(thread, the_next_test_finds_everything_as_before) {
  expect_equal(current->name(), "main");
  expect_equal(threads.size(), 3);  // main, idle, executor
  sleep_for(1);
}

KERNEL_TEST(soak, two_seconds) { execute("soak 2 3"); }

}  // namespace
}  // namespace kernel
