// SPDX-License-Identifier: MIT
#include "task/mutex.h"
#include "task/with_scheduler.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST(mutex, one_thread_at_a_time) {
  struct Shared {
    Mutex mutex{"shared"};
    volatile uint64_t sum = 0;
    uint64_t overlaps = 0;
    volatile bool inside = false;
  } shared;
  const auto add_many = [](void* argument) {
    auto& with = *static_cast<Shared*>(argument);
    for (int i = 0; i < 200; ++i) {
      const MutexGuard guard(with.mutex);
      if (with.inside) ++with.overlaps;
      with.inside = true;
      const uint64_t old = with.sum;
      if (i % 50 == 0) work_for(1);  // long enough to be interrupted here
      with.sum = old + 1;
      with.inside = false;
    }
  };
  Thread* adding[3];
  for (Thread*& thread : adding) thread = spawn("adds", add_many, &shared);
  for (Thread* thread : adding) join(*thread);
  expect_equal(uint64_t{shared.sum}, 600);
  expect_equal(shared.overlaps, 0);
  expect(shared.mutex.contentions() > 0);
  expect(shared.mutex.owner() == nullptr);
}

// The textbook case. `low` holds the mutex; `high` wants it; `middle` wants nothing but the CPU.
struct Inversion {
  Mutex mutex{"inversion"};
  uint64_t order = 0;
  uint64_t high_waited = 0;  // ticks
  void note(uint64_t digit) { order = order * 10 + digit; }
};

void low(void* argument) {
  auto& with = *static_cast<Inversion*>(argument);
  const MutexGuard guard(with.mutex);
  work_for(3);
  with.note(1);
}

void middle(void* argument) {
  sleep_for(1);
  work_for(6);
  static_cast<Inversion*>(argument)->note(2);
}

void high(void* argument) {
  auto& with = *static_cast<Inversion*>(argument);
  sleep_for(1);
  const uint64_t before = clock.now();
  const MutexGuard guard(with.mutex);
  with.high_waited = clock.now() - before;
  with.note(3);
}

void act_out(Inversion& inversion) {
  const WithScheduler with("priority");
  Thread* const actors[] = {spawn("low", low, &inversion, {.priority = 1}),
                            spawn("middle", middle, &inversion, {.priority = 3}),
                            spawn("high", high, &inversion, {.priority = 5})};
  for (Thread* actor : actors) {
    join(*actor);
  }
}

KERNEL_TEST(mutex, inheritance_bounds_the_wait) {
  Inversion inversion;
  act_out(inversion);
  expect_equal(inversion.order, 132);  // high waits for low's critical section, and for nothing else
  expect(inversion.high_waited <= 3);
}

KERNEL_TEST(mutex, without_inheritance_the_middle_one_decides) {
  Inversion inversion;
  priority_inheritance = false;
  act_out(inversion);
  priority_inheritance = true;
  expect_equal(inversion.order, 213);
  expect(inversion.high_waited >= 6);
}

KERNEL_TEST(mutex, priority_is_lent_along_a_chain_and_given_back) {
  const WithScheduler with("priority");
  struct Chain {
    Mutex first{"first"}, second{"second"};
    bool release = false;
  } chain;
  Thread& bottom = *spawn("bottom",
                          [](void* argument) {
                            auto& of = *static_cast<Chain*>(argument);
                            const MutexGuard guard(of.first);
                            while (!*const_cast<volatile bool*>(&of.release)) sleep_for(1);
                          },
                          &chain, {.priority = 1});
  sleep_for(1);
  Thread& between = *spawn("between",
                           [](void* argument) {
                             auto& of = *static_cast<Chain*>(argument);
                             const MutexGuard second(of.second);
                             const MutexGuard first(of.first);
                           },
                           &chain, {.priority = 2});
  sleep_for(1);
  expect_equal(bottom.priority, 2);
  Thread& top =
      *spawn("top", [](void* argument) { const MutexGuard guard(static_cast<Chain*>(argument)->second); },
             &chain, {.priority = 6});
  sleep_for(1);
  expect_equal(between.priority, 6);
  expect_equal(bottom.priority, 6);
  chain.release = true;
  join(top);
  expect_equal(bottom.priority, 1);
  join(bottom);
  join(between);
}

KERNEL_TEST_SHOULD_PANIC(mutex, locking_twice) {
  Mutex mutex("twice");
  mutex.lock();
  mutex.lock();
}

KERNEL_TEST_SHOULD_PANIC(mutex, unlocking_what_another_one_holds) {
  static constinit Mutex mutex("not mine");
  Thread& holder = *spawn("holder", [](void*) {
    mutex.lock();
    sleep_for(5);
    mutex.unlock();
  });
  yield();
  mutex.unlock();
  join(holder);
}

}  // namespace
}  // namespace kernel
