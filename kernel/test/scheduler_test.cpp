// SPDX-License-Identifier: MIT
#include "task/schedulers/fair_share.h"
#include "task/wait_queue.h"
#include "task/with_scheduler.h"
#include "test/test.h"

namespace kernel {
namespace {

constinit uint64_t order = 0;
void note(uint64_t digit) { order = order * 10 + digit; }

// In hundredths of what they had together.
template <size_t count>
std::array<uint64_t, count> shares(const std::array<Thread*, count>& of) {
  uint64_t all = 0;
  for (const Thread* thread : of) all += thread->cycles;
  std::array<uint64_t, count> shares;
  for (size_t i = 0; i < count; ++i) shares[i] = of[i]->cycles * 100 / all;
  return shares;
}

template <size_t count>
void stop_all(std::array<Spinner, count>& spinners, const std::array<Thread*, count>& of) {
  for (Spinner& spinner : spinners) spinner.stop = true;
  for (Thread* thread : of) join(*thread);
}

void expect_between(uint64_t got, uint64_t least, uint64_t most,
                    std::source_location where = std::source_location::current()) {
  if (got < least || got > most) print("\n  {} is not between {} and {}", got, least, most);
  expect(got >= least && got <= most, where);
}

KERNEL_TEST(round_robin, gives_everybody_the_same) {
  std::array<Spinner, 3> spinners;
  std::array<Thread*, 3> spinning;
  for (unsigned i = 0; i < 3; ++i) spinning[i] = spawn("spins", Spinner::spin, &spinners[i]);
  sleep_for(16);
  const auto got = shares(spinning);
  stop_all(spinners, spinning);
  for (const uint64_t share : got) expect_between(share, 28, 39);
}

KERNEL_TEST(priority, the_most_important_runs_first) {
  const WithScheduler with("priority");
  order = 0;
  const auto write = [](void* digit) { note(reinterpret_cast<uint64_t>(digit)); };
  Thread* writers[3];
  for (uint8_t i = 0; i < 3; ++i)
    writers[i] =
        spawn("writes", write, reinterpret_cast<void*>(i + 1), {.priority = static_cast<uint8_t>(2 + i)});
  for (Thread* writer : writers) join(*writer);
  expect_equal(order, 321);
}

KERNEL_TEST(priority, a_wake_up_takes_the_cpu_at_once) {
  const WithScheduler with("priority");
  static constinit WaitQueue queue;
  order = 0;
  Thread& urgent = *spawn("urgent",
                          [](void*) {
                            const DispatchGuard guard;
                            queue.wait();
                            note(2);
                          },
                          nullptr, {.priority = 6});
  Thread& modest = *spawn("modest",
                          [](void*) {
                            note(1);
                            queue.wake_one();
                            note(3);
                          },
                          nullptr, {.priority = 2});
  join(modest);
  join(urgent);
  expect_equal(order, 123);
}

KERNEL_TEST(priority, equals_take_turns_and_lesser_ones_wait) {
  const WithScheduler with("priority");
  std::array<Spinner, 3> spinners;
  std::array<Thread*, 3> spinning;
  for (unsigned i = 0; i < 3; ++i)
    spinning[i] =
        spawn("spins", Spinner::spin, &spinners[i], {.priority = static_cast<uint8_t>(i == 2 ? 1 : 3)});
  sleep_for(12);
  const auto got = shares(spinning);
  stop_all(spinners, spinning);
  expect_between(got[0], 40, 60);
  expect_between(got[1], 40, 60);
  expect_equal(got[2], 0);
}

KERNEL_TEST(fair_share, shares_follow_the_weights) {
  const WithScheduler with("fair-share");
  std::array<Spinner, 3> spinners;
  std::array<Thread*, 3> spinning;
  for (unsigned i = 0; i < 3; ++i)
    spinning[i] =
        spawn("spins", Spinner::spin, &spinners[i], {.weight = static_cast<uint8_t>(i == 2 ? 2 : 1)});
  sleep_for(40);
  const auto got = shares(spinning);
  stop_all(spinners, spinning);
  expect_between(got[0], 20, 30);
  expect_between(got[1], 20, 30);
  expect_between(got[2], 43, 57);
}

KERNEL_TEST(fair_share, what_was_used_counts_half_after_each_half_life) {
  const WithScheduler with("fair-share");
  sleep_for(1);                                  // the policy has caught up with the time before
  constexpr uint64_t kUsed = uint64_t{1} << 60;  // far more than a test can add to it
  Thread& sleeper = *spawn("sleeps", [](void*) { sleep_for(2 * FairShare::kHalfLife + 1); });
  current->usage = sleeper.usage = kUsed;
  join(sleeper);
  expect_between(current->usage, kUsed >> 3, kUsed >> 1);  // two or three half-lives began
}

KERNEL_TEST(fair_share, who_used_least_is_first_and_equals_take_turns) {
  FairShare policy;
  Thread a, b, c, d;
  a.usage = 30;
  b.usage = 10;
  c.usage = 30;
  d.usage = 20;
  for (Thread* thread : {&a, &b, &c, &d}) policy.add(*thread);
  expect(!policy.should_preempt(b, Occasion::tick));
  expect(policy.should_preempt(d, Occasion::tick));
  expect(!policy.should_preempt(d, Occasion::wakeup));
  for (Thread* thread : {&b, &d, &a, &c}) expect(policy.take_next() == thread);
  expect(policy.empty());
}

KERNEL_TEST(fair_share, a_newcomer_does_not_push_the_others_aside) {
  const WithScheduler with("fair-share");
  std::array<Spinner, 2> spinners;
  std::array<Thread*, 2> spinning;
  spinning[0] = spawn("old", Spinner::spin, &spinners[0]);
  sleep_for(16);
  // Its parent has used little: it starts as low as that, and catches up within the memory of the average.
  spinning[1] = spawn("new", Spinner::spin, &spinners[1]);
  const uint64_t old_had = spinning[0]->cycles;
  sleep_for(32);
  const uint64_t old_got = spinning[0]->cycles - old_had, new_got = spinning[1]->cycles;
  stop_all(spinners, spinning);
  expect_between(new_got * 100 / (old_got + new_got), 45, 75);
}

KERNEL_TEST(run_to_completion, nobody_is_interrupted) {
  const WithScheduler with("completion");
  order = 0;
  Thread& modest = *spawn("modest",
                          [](void*) {
                            work_for(4);  // meanwhile both the urgent one and the test have slept long enough
                            note(1);
                          },
                          nullptr, {.priority = 1});
  Thread& urgent = *spawn("urgent",
                          [](void*) {
                            sleep_for(1);
                            note(2);
                          },
                          nullptr, {.priority = 6});
  join(urgent);
  join(modest);
  expect_equal(order, 12);
  expect(scheduler->name == "completion");
}

KERNEL_TEST(schedulers, threads_that_are_ready_move_over) {
  std::array<Spinner, 2> spinners;
  std::array<Thread*, 2> spinning;
  for (unsigned i = 0; i < 2; ++i) spinning[i] = spawn("spins", Spinner::spin, &spinners[i]);
  for (const Scheduler& policy : kSchedulers) {
    if (policy.name == "completion") continue;
    const WithScheduler with(policy.name);
    const uint64_t before[2] = {spinners[0].rounds, spinners[1].rounds};
    sleep_for(6);
    for (unsigned i = 0; i < 2; ++i) expect(spinners[i].rounds > before[i]);
  }
  stop_all(spinners, spinning);
}

}  // namespace
}  // namespace kernel
