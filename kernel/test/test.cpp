// SPDX-License-Identifier: MIT
#include "test/test.h"

#include <span>

#include "arch/context.h"
#include "arch/machine.h"
#include "drivers/debug_exit.h"
#include "lib/panic.h"
#include "test/leak_check.h"
#include "test/thread_recovery.h"

extern "C" const kernel::TestCase* const kernel_tests_start[];  // kernel.ld
extern "C" const kernel::TestCase* const kernel_tests_end[];

namespace kernel {
namespace {

using Expectation = TestCase::Expectation;
enum class Ending { returned, panicked, failed };

constinit ReturnPoint after_test;
constinit const TestCase* running = nullptr;
constinit Ending ending = Ending::returned;

[[noreturn]] void leave_test(Ending how) {
  ending = how;
  return_to(after_test);
}

void leave_before_report() {
  if (running->expectation == Expectation::panic) leave_test(Ending::panicked);
}

void leave_after_report() { leave_test(Ending::panicked); }

Ending run(const TestCase& test) {
  running = &test;
  ending = Ending::returned;
  const LeakCheck before;
  const ThreadRecovery threads_before;
  if (!set_return_point(after_test)) test.body();
  if (ending != Ending::returned) threads_before.recover();
  return before.leaked() ? Ending::failed : ending;
}

}  // namespace

void fail_test() { leave_test(Ending::failed); }

bool run_tests(std::string_view filter) {
  const PanicHooks old_hooks =
      set_panic_hooks({.before_report = leave_before_report, .after_report = leave_after_report});
  unsigned passed = 0, failed = 0, ignored = 0;
  for (const TestCase* test : std::span(kernel_tests_start, kernel_tests_end)) {
    if (test->name.find(filter) == filter.npos) continue;
    print("test {} ... ", test->name);
    if (test->expectation == Expectation::ignored) {
      ++ignored;
      print("ignored ({})\n", test->reason);
      continue;
    }
    const Ending wanted = test->expectation == Expectation::panic ? Ending::panicked : Ending::returned;
    const Ending got = run(*test);
    if (got == wanted)
      ++passed;
    else
      ++failed;
    if (got == wanted)
      print("ok{}\n", wanted == Ending::panicked ? " (panicked as it should)" : "");
    else if (wanted == Ending::panicked && got == Ending::returned)
      print("FAILED: should have panicked\n");
    else
      print("test {} FAILED\n", test->name);
  }
  set_panic_hooks(old_hooks);
  const bool good = failed == 0 && passed + ignored > 0;
  print("test result: {}. {} passed, {} failed, {} ignored\n", good ? "ok" : "FAILED", passed, failed,
        ignored);
  return good;
}

void run_tests_and_exit(std::string_view filter) {
  debug_exit(run_tests(filter) ? ExitCode::success : ExitCode::failure);
  halt_for_ever();
}

}  // namespace kernel
