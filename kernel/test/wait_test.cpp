// SPDX-License-Identifier: MIT
//
// Waiting, and being woken by handlers.
#include "arch/interrupts.h"
#include "arch/port.h"
#include "drivers/i8042.h"
#include "task/coroutine/join.h"
#include "task/coroutine/keys.h"
#include "task/with_scheduler.h"
#include "test/test.h"

namespace kernel {
namespace {

constexpr unsigned kFreeLine = 5;

constinit WaitQueue arrivals;
constinit volatile uint64_t arrived = 0;

void arrive() {
  arrived = arrived + 1;
  arrivals.wake_one();
}

// The device is a thread that raises the line in between anything.
KERNEL_TEST(wait_queue, no_wake_up_is_lost) {
  constexpr uint64_t kAll = 2000;
  arrived = 0;
  set_irq_handler(kFreeLine, arrive);
  Thread& device = *spawn("device", [](void*) {
    for (uint64_t i = 0; i < kAll; ++i) {
      int_n<kIrqBaseVector + kFreeLine>();
      if (i % 3 == 0) yield();
      if (i % 500 == 0) work_for(1);
    }
  });
  for (uint64_t taken = 0; taken < kAll;) {
    const DispatchGuard guard;
    while (arrived == taken)
      expect(arrivals.wait_until(clock.now() + 50) == Wakeup::event);  // else we would wait for ever
    taken = arrived;
  }
  join(device);
  set_irq_handler(kFreeLine, nullptr);
}

KERNEL_TEST(wait_queue, a_wait_may_have_a_limit) {
  WaitQueue queue;
  const uint64_t before = clock.now();
  const DispatchGuard guard;
  expect(queue.wait_until(before + 3) == Wakeup::alarm);
  expect_equal(clock.now(), before + 3);
  expect(queue.empty() && !current->alarm.is_set());
}

KERNEL_TEST(wait_queue, what_comes_in_time_takes_back_the_limit) {
  WaitQueue queue;
  Thread& waker = *spawn(
      "wakes", [](void* of) { static_cast<WaitQueue*>(of)->wake_one(); }, &queue);
  {
    const DispatchGuard guard;
    expect(queue.wait_until(clock.now() + 3) == Wakeup::event);
    expect(!current->alarm.is_set());
  }
  join(waker);
}

KERNEL_TEST(wait_queue, the_most_important_is_woken_first) {
  struct Waiting {
    WaitQueue queue;
    uint64_t order = 0;
  } waiting;
  const auto wait = [](void* argument) {
    auto& in = *static_cast<Waiting*>(argument);
    const DispatchGuard guard;
    in.queue.wait();
    in.order = in.order * 10 + current->priority;
  };
  Thread* all[3];
  constexpr uint8_t kOrder[] = {2, 5, 4};
  for (unsigned i = 0; i < 3; ++i) all[i] = spawn("waits", wait, &waiting, {.priority = kOrder[i]});
  yield();
  for (int i = 0; i < 3; ++i) waiting.queue.wake_one();
  expect(waiting.queue.wake_one() == nullptr);
  for (Thread* thread : all) join(*thread);
  expect_equal(waiting.order, 542);
}

KERNEL_TEST(idle, the_cpu_is_halted_while_nobody_wants_it) {
  const uint64_t halted = idle_thread->cycles, before = rdtsc();
  sleep_for(4);
  const uint64_t passed = rdtsc() - before;
  expect(idle_thread->cycles - halted > passed * 3 / 4);
}

// The controller takes a byte as if the keyboard had sent it, and raises its line (command 0xD2).
void type_scancode(int code) {
  constexpr Port<uint8_t, Access::read_write> kData{0x60};
  constexpr Port<uint8_t, Access::write> kCommand{0x64};
  kCommand.write(0xd2);
  kData.write(static_cast<uint8_t>(code));
  sleep_for(1);
}

Task<void> read_three(uint64_t& text) {
  for (int i = 0; i < 3; ++i) text = text << 8 | static_cast<uint8_t>(co_await next_key());
}

KERNEL_TEST(keys, come_as_a_stream_and_nobody_asks_in_vain) {
  while (try_read_character()) {
  }
  uint64_t text = 0;
  const Executor::Statistics before = executor.statistics();
  executor.start_detached("reads", read_three(text));
  for (const int code : {0x1e, 0x9e, 0x30, 0xb0, 0x2e, 0xae}) type_scancode(code);
  sleep_for(1);
  expect_equal(text, 0x616263);
  expect_equal(executor.statistics().spurious - before.spurious,
               0);  // a release types nothing and wakes nobody
}

KERNEL_TEST(keys, a_wake_up_for_a_task_that_is_gone_wakes_nobody) {
  while (try_read_character()) {
  }
  uint64_t text = 0;
  Executor local;
  TaskRecord& record = local.start("reads", read_three(text));
  local.run_ready();
  type_scancode(0x1e);  // puts its number into the wake queue
  local.remove(record);
  local.start_detached("another", sleep_task(1));
  local.run();
  expect_equal(local.statistics().stale, 1);
  type_scancode(0x9e);
  expect_equal(local.statistics().wakes, 2);  // the key's and the sleeper's: nobody waits for keys any more
  expect(try_read_character() == 'a');
}

}  // namespace
}  // namespace kernel
