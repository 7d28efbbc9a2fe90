// SPDX-License-Identifier: MIT
//
// What a test is, and the runner that you write.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lab {

struct TestCase {
  enum class Expectation : uint64_t { pass, panic };
  std::string_view name;
  void (*body)();
  Expectation expectation = Expectation::pass;
  std::string_view ignored_because = {};  // empty: it is run
};

struct Summary {
  uint32_t passed = 0, failed = 0, ignored = 0;
};

// Steps 2 to 4, in runner.cpp. Runs the tests in their order, those alone whose name contains `filter`, and
// prints a line for each, to the screen and out of COM1 (kernel::print):
//
//   test NAME ... ok
//   test NAME ... FAILED: CONDITION              an expectation did not hold: fail() was called
//   test NAME ... FAILED: panic                  it panicked, and should not have
//   test NAME ... FAILED: no panic               it came back, and should have panicked
//   test NAME ... ignored: REASON                its body is not called, unless `ignored_too`
//
// and at the end
//
//   result: ok. 3 passed, 0 failed, 1 ignored    or: result: FAILED. ...    if any test has failed
Summary run_tests(std::span<const TestCase* const> tests, std::string_view filter, bool ignored_too);

// Step 2. Ends the test that runs. Nothing else of it is executed.
[[noreturn]] void fail(std::string_view condition);

// Step 5. Ends the machine: writes 0x10 to port 0xF4 if tests have passed and none has failed, else 0x11. The
// serial line must have sent its last byte before.
[[noreturn]] void leave(Summary summary);

}  // namespace lab

// What test bodies are made of.
#define LAB_EXPECT(condition) ((condition) ? void() : ::lab::fail(#condition))
