// SPDX-License-Identifier: MIT
//
// The runner itself: what ends a test, and what is left afterwards.
#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "drivers/pit8254.h"
#include "lib/panic.h"
#include "test/test.h"

namespace kernel {
namespace {

constexpr uint64_t kOneTick = 1;

KERNEL_TEST_SHOULD_OVERRUN(runner, a_loop_without_end_is_ended_by_the_timer, kOneTick) {
  for (;;) pause();
}

KERNEL_TEST_SHOULD_OVERRUN(runner, a_sleep_without_end_is_ended_by_the_timer, kOneTick) {
  for (;;) hlt();
}

// A forgotten end of interrupt would have been the last tick of all.
KERNEL_TEST(runner, the_timer_goes_on_after_that) {
  const uint64_t before = timer_ticks();
  while (timer_ticks() < before + 2) hlt();
  expect(rflags::read() & rflags::kInterrupts);
}

KERNEL_TEST_SHOULD_PANIC(runner, a_panic_ends_the_test) { panic("as it should"); }

KERNEL_TEST_IGNORED(runner, an_ignored_test_is_not_run, "it would fail") { fail_test(); }

}  // namespace
}  // namespace kernel
