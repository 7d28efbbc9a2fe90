// SPDX-License-Identifier: MIT
#include "arch/switch.h"
#include "drivers/pit8254.h"
#include "task/clock.h"
#include "task/dispatcher.h"
#include "task/wait_queue.h"
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

}  // namespace
}  // namespace kernel
