// SPDX-License-Identifier: MIT
#include "arch/instructions.h"
#include "drivers/pit8254.h"
#include "task/with_scheduler.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST(tickless, one_interrupt_ends_a_sleep) {
  const WithScheduler with("tickless");
  const uint64_t now = clock.now(), interrupts = timer_ticks(), tsc = rdtsc();
  sleep_until(now + 5);  // within what the counter reaches
  const uint64_t woken = clock.now();
  expect(timer_ticks() <= interrupts + 2);  // periodic it would be five
  expect(woken >= now + 5 && woken <= now + 6);
  expect(rdtsc() - tsc >= 4 * clock.cycles_per_tick());
}

KERNEL_TEST(tickless, a_long_sleep_takes_a_few_interrupts) {
  const WithScheduler with("tickless");
  const uint64_t now = clock.now(), interrupts = timer_ticks();
  sleep_until(now + 30);
  const uint64_t woken = clock.now();
  expect(timer_ticks() <= interrupts + 8);  // 300 ms in pieces of 54 ms
  expect(woken >= now + 30 && woken <= now + 31);
}

KERNEL_TEST(tickless, who_runs_alone_is_not_disturbed) {
  const WithScheduler with("tickless");
  sleep_for(1);
  const uint64_t interrupts = timer_ticks(), end = rdtsc() + 8 * clock.cycles_per_tick();
  while (rdtsc() < end)
    for (unsigned i = 0; i < 10000; ++i) pause();  // reading the counter is slow on some machines
  expect(timer_ticks() <= interrupts + 1);
}

KERNEL_TEST(tickless, two_that_compute_still_take_turns) {
  const WithScheduler with("tickless");
  std::array<Spinner, 2> spinners;
  Thread* spinning[2];
  for (unsigned i = 0; i < 2; ++i) spinning[i] = spawn("spins", Spinner::spin, &spinners[i]);
  sleep_for(20);
  for (Spinner& spinner : spinners) spinner.stop = true;
  const uint64_t cycles[2] = {spinning[0]->cycles, spinning[1]->cycles};
  for (Thread* thread : spinning) {
    expect(thread->preemptions >= 4);
    join(*thread);
  }
  expect(cycles[0] < 2 * cycles[1] && cycles[1] < 2 * cycles[0]);
}

KERNEL_TEST(tickless, the_clock_goes_on_when_the_ticks_come_back) {
  uint64_t before;
  {
    const WithScheduler with("tickless");
    sleep_for(7);
    before = clock.now();
  }
  expect(clock.now() >= before && clock.now() <= before + 1);
  sleep_for(2);
  expect(clock.now() >= before + 2 && clock.now() <= before + 4);
}

KERNEL_TEST(tickless, changing_to_and_fro_does_not_drive_the_clock) {
  while (!clock.rate_is_known()) sleep_for(1);
  const uint64_t ticks = clock.now(), tsc = rdtsc();
  for (unsigned i = 0; i < 20; ++i) {
    const WithScheduler with("tickless");
    for (const uint64_t end = rdtsc() + i * clock.cycles_per_tick() / 10; rdtsc() < end;)
      for (unsigned spin = 0; spin < 1000; ++spin) pause();
  }
  sleep_for(5);
  const uint64_t by_clock = clock.now() - ticks, by_tsc = (rdtsc() - tsc) / clock.cycles_per_tick();
  expect(by_clock + 2 > by_tsc && by_tsc + 2 > by_clock);
}

}  // namespace
}  // namespace kernel
