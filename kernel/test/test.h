// SPDX-License-Identifier: MIT
//
// Tests that run inside the kernel, on the machine it is for.
//
//   KERNEL_TEST(ring_buffer, keeps_the_order) { ... expect_equal(buffer.pop(), 1); }
//   KERNEL_TEST_SHOULD_PANIC(paging, null_pointer) { ... }
//   KERNEL_TEST_IGNORED(apic, timer, "this machine has none") { ... }
//
// Each puts a pointer into a section of the image (.kernel_tests, see kernel.ld); the runner walks over that
// section. `test` on the kernel's command line runs them all, `test=TEXT` those with TEXT in their name.
//
// A panic ends the test it happens in, not the run: the runner comes back through a ReturnPoint. No
// destructor runs on that way, so a test that may panic must not leave anything half done in the kernel.
#pragma once

#include <cstdint>
#include <source_location>
#include <string_view>

#include "lib/print.h"

namespace kernel {

struct TestCase {
  enum class Expectation { pass, panic, ignored };
  std::string_view name;
  void (*body)();
  Expectation expectation = Expectation::pass;
  std::string_view reason = {};
};

#define KERNEL_TEST_CASE(part, name, ...)                                                                \
  static void part##_##name();                                                                           \
  static constexpr ::kernel::TestCase part##_##name##_case{#part "." #name, part##_##name, __VA_ARGS__}; \
  [[gnu::section(".kernel_tests"),                                                                       \
    gnu::used]] static const ::kernel::TestCase* const part##_##name##_pointer = &part##_##name##_case;  \
  static void part##_##name()

#define KERNEL_TEST(part, name) KERNEL_TEST_CASE(part, name, ::kernel::TestCase::Expectation::pass)
#define KERNEL_TEST_SHOULD_PANIC(part, name) \
  KERNEL_TEST_CASE(part, name, ::kernel::TestCase::Expectation::panic)
#define KERNEL_TEST_IGNORED(part, name, reason) \
  KERNEL_TEST_CASE(part, name, ::kernel::TestCase::Expectation::ignored, reason)

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
