// SPDX-License-Identifier: MIT
#include "arch/context.h"
#include "arch/machine.h"
#include "arch/port.h"
#include "drivers/console.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "suite.h"
#include "testing.h"

namespace lab {
namespace {

using kernel::print;
enum class Ending { returned, panicked, failed };

constinit kernel::ReturnPoint after_test;
constinit Ending ending = Ending::returned;
constinit std::string_view broken_condition;

[[noreturn]] void leave_test(Ending how) {
  ending = how;
  return_to(after_test);
}

Ending run(const TestCase& test) {
  ending = Ending::returned;
  if (!set_return_point(after_test)) test.body();
  return ending;
}

bool judge(const TestCase& test, Ending got) {
  const bool should_panic = test.expectation == TestCase::Expectation::panic;
  if (got == Ending::failed)
    print("FAILED: {}\n", broken_condition);
  else if (got == Ending::panicked && !should_panic)
    print("FAILED: panic\n");
  else if (got == Ending::returned && should_panic)
    print("FAILED: no panic\n");
  else {
    print("ok\n");
    return true;
  }
  return false;
}

}  // namespace

void fail(std::string_view condition) {
  broken_condition = condition;
  leave_test(Ending::failed);
}

Summary run_tests(std::span<const TestCase* const> tests, std::string_view filter, bool ignored_too) {
  const kernel::PanicHooks before =
      kernel::set_panic_hooks({.before_report = [] { leave_test(Ending::panicked); }});
  Summary summary;
  for (const TestCase* test : tests) {
    if (test->name.find(filter) == std::string_view::npos) continue;
    print("test {} ... ", test->name);
    if (!test->ignored_because.empty() && !ignored_too) {
      print("ignored: {}\n", test->ignored_because);
      ++summary.ignored;
      continue;
    }
    ++(judge(*test, run(*test)) ? summary.passed : summary.failed);
  }
  kernel::set_panic_hooks(before);
  print("result: {}. {} passed, {} failed, {} ignored\n", summary.failed == 0 ? "ok" : "FAILED",
        summary.passed, summary.failed, summary.ignored);
  return summary;
}

void leave(Summary summary) {
  kernel::console.serial().drain();
  kernel::out8(0xf4, summary.failed == 0 && summary.passed > 0 ? 0x10 : 0x11);
  kernel::halt_for_ever();
}

}  // namespace lab
