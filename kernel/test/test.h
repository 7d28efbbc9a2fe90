// SPDX-License-Identifier: MIT
//
// Tests that run inside the kernel, on the machine it is for.
//
//   KERNEL_TEST(ring_buffer, keeps_the_order) { ... expect_equal(buffer.pop(), 1); }
//   KERNEL_TEST_SHOULD_PANIC(paging, null_pointer) { ... }
//   KERNEL_TEST_IGNORED(apic, timer, "this machine has none") { ... }
//   KERNEL_TEST_SHOULD_OVERRUN(budget, a_loop_without_end, 5) { ... }   its 5 ticks must not be enough
//
// Each puts a pointer into a section of the image (.kernel_tests, see kernel.ld); the runner walks over that
// section. `test` on the kernel's command line runs them all, `test=TEXT` those with TEXT in their name.
//
// Every NAME_test.cpp is a suite and becomes an image of its own, images/NAME.elf; images/all.elf holds all.
// Only the files in test/images/ are nowhere but in their own image, for what they test takes the machine
// with it:
//
//   KERNEL_TEST_SHOULD_RESET(reset, triple_fault) { ... }    the machine must reset
//   KERNEL_TEST_SHOULD_HANG(budget, with_interrupts_off) { ... }   it must never come back
//
// The log then says what must happen, and whoever started the machine (test/run.sh) sees whether it did.
//
// A panic ends the test it happens in, not the run: the runner comes back through a ReturnPoint. So does a
// test that takes longer than its budget of timer ticks: the timer's handler ends it. No destructor runs on
// that way, so a test that may panic must not leave anything half done in the kernel. With interrupts off no
// tick comes either; then the budget of whoever started the machine is the last resort.
#pragma once

#include <cstdint>
#include <source_location>
#include <string_view>

#include "lib/print.h"

namespace kernel {

struct TestCase {
  enum class Expectation { pass, panic, overrun, reset, hang, ignored };
  std::string_view name;
  void (*body)();
  Expectation expectation = Expectation::pass;
  std::string_view reason = {};  // of an ignored one
  uint64_t budget_ticks = 1000;  // 10 s of the machine's time: far more than any test needs
};

#define KERNEL_TEST_CASE(part, what, ...)                                                               \
  static void part##_##what();                                                                          \
  static constexpr ::kernel::TestCase part##_##what##_case{                                             \
      .name = #part "." #what, .body = part##_##what __VA_OPT__(, ) __VA_ARGS__};                       \
  [[gnu::section(".kernel_tests"),                                                                      \
    gnu::used]] static const ::kernel::TestCase* const part##_##what##_pointer = &part##_##what##_case; \
  static void part##_##what()

#define KERNEL_TEST(part, name) KERNEL_TEST_CASE(part, name)
#define KERNEL_TEST_SHOULD_PANIC(part, name) \
  KERNEL_TEST_CASE(part, name, .expectation = ::kernel::TestCase::Expectation::panic)
#define KERNEL_TEST_SHOULD_OVERRUN(part, name, ticks) \
  KERNEL_TEST_CASE(part, name, .expectation = ::kernel::TestCase::Expectation::overrun, .budget_ticks = ticks)
#define KERNEL_TEST_SHOULD_RESET(part, name) \
  KERNEL_TEST_CASE(part, name, .expectation = ::kernel::TestCase::Expectation::reset)
#define KERNEL_TEST_SHOULD_HANG(part, name) \
  KERNEL_TEST_CASE(part, name, .expectation = ::kernel::TestCase::Expectation::hang)
#define KERNEL_TEST_IGNORED(part, name, why) \
  KERNEL_TEST_CASE(part, name, .expectation = ::kernel::TestCase::Expectation::ignored, .reason = why)

// Ends the test as failed. Nothing else of it runs.
[[noreturn]] void fail_test();

inline void expect(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  print("\n  {}:{}: does not hold\n", where.file_name(), where.line());
  fail_test();
}

template <typename T>
void expect_equal(const T& got, const std::type_identity_t<T>& expected,
                  std::source_location where = std::source_location::current()) {
  if (got == expected) return;
  print("\n  {}:{}: expected {}, got {}\n", where.file_name(), where.line(), expected, got);
  fail_test();
}

// Runs the tests whose name contains `filter`. False if one failed, or none was found.
bool run_tests(std::string_view filter);

// The same, and then leaves the machine with ExitCode::success or ::failure.
[[noreturn]] void run_tests_and_exit(std::string_view filter);

}  // namespace kernel
