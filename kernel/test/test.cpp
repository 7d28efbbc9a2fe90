// SPDX-License-Identifier: MIT
#include "test/test.h"

#include <span>

#include "arch/context.h"
#include "arch/interrupts.h"
#include "arch/machine.h"
#include "drivers/debug_exit.h"
#include "drivers/pic8259.h"
#include "drivers/pit8254.h"
#include "lib/panic.h"
#include "test/leak_check.h"
#include "test/thread_recovery.h"

extern "C" const kernel::TestCase* const kernel_tests_start[];  // kernel.ld
extern "C" const kernel::TestCase* const kernel_tests_end[];

namespace kernel {
namespace {

using Expectation = TestCase::Expectation;
enum class Ending { returned, panicked, overran, failed };

constinit ReturnPoint after_test;
constinit const TestCase* running = nullptr;
constinit uint64_t deadline_ticks = 0;
constinit Ending ending = Ending::returned;
constinit IrqHandler timer_handler = nullptr;

[[noreturn]] void leave_test(Ending how) {
  ending = how;
  return_to(after_test);
}

void leave_before_report() {
  if (running->expectation == Expectation::panic) leave_test(Ending::panicked);
}

void leave_after_report() { leave_test(Ending::panicked); }

// In front of the timer's own handler while a test runs. It leaves by a jump, past the end of interrupt: that
// has to be said first.
void watch_budget() {
  timer_handler();
  if (timer_ticks() < deadline_ticks) return;
  pics.end_of_interrupt(kTimerIrq);
  leave_test(Ending::overran);
}

Ending run(const TestCase& test) {
  running = &test;
  ending = Ending::returned;
  const LeakCheck before;
  const ThreadRecovery threads_before;
  deadline_ticks = timer_ticks() + test.budget_ticks;
  timer_handler = set_irq_handler(kTimerIrq, watch_budget);
  if (!set_return_point(after_test)) test.body();
  set_irq_handler(kTimerIrq, timer_handler);
  if (ending != Ending::returned) threads_before.recover();
  return before.leaked() ? Ending::failed : ending;
}

Ending wanted(Expectation expectation) {
  switch (expectation) {
    case Expectation::panic: return Ending::panicked;
    case Expectation::overrun: return Ending::overran;
    default: return Ending::returned;
  }
}

// The verdict on a test that came back. Those that should not are failed by coming back.
bool judge(const TestCase& test, Ending got) {
  const bool should_come_back =
      test.expectation != Expectation::reset && test.expectation != Expectation::hang;
  if (should_come_back && got == wanted(test.expectation)) {
    print("ok{}\n", got == Ending::panicked  ? " (panicked as it should)"
                    : got == Ending::overran ? " (ended by the timer as it should)"
                                             : "");
    return true;
  }
  if (got == Ending::returned && test.expectation == Expectation::panic)
    print("FAILED: should have panicked\n");
  else if (got == Ending::returned)
    print("FAILED: came back\n");
  else if (got == Ending::overran)
    print("\ntest {} FAILED: took more than {} ticks\n", test.name, test.budget_ticks);
  else
    print("test {} FAILED\n", test.name);
  return false;
}

}  // namespace

void fail_test() { leave_test(Ending::failed); }

bool run_tests(std::string_view filter) {
  const std::span<const TestCase* const> tests(kernel_tests_start, kernel_tests_end);
  if (tests.empty()) print("this image holds no tests; images/all.elf holds them all\n");
  const PanicHooks old_hooks =
      set_panic_hooks({.before_report = leave_before_report, .after_report = leave_after_report});
  unsigned passed = 0, failed = 0, ignored = 0;
  for (const TestCase* test : tests) {
    if (test->name.find(filter) == filter.npos) continue;
    print("test {} ... ", test->name);
    if (test->expectation == Expectation::ignored) {
      ++ignored;
      print("ignored ({})\n", test->reason);
      continue;
    }
    if (test->expectation == Expectation::reset) print("the machine must reset\n");
    if (test->expectation == Expectation::hang) print("the machine must hang\n");
    ++(judge(*test, run(*test)) ? passed : failed);
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
