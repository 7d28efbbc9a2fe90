// SPDX-License-Identifier: MIT
#include "task/jobs.h"

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "task/thread.h"
#include "test/test.h"

namespace kernel {
namespace {

constinit uint64_t order = 0;
void note(uint64_t digit) { order = order * 10 + digit; }

constexpr unsigned kFreeLine = 5;  // no device of ours is there

constinit Job urgent{"urgent", 3, [](Job&) { note(3); }};
constinit Job equal{"equal", 1, [](Job&) { note(4); }};

KERNEL_TEST(jobs, run_when_the_handler_has_returned) {
  order = 0;
  set_irq_handler(kFreeLine, [] {
    jobs.ask_for(urgent);
    note(1);
  });
  int_n<kIrqBaseVector + kFreeLine>();
  set_irq_handler(kFreeLine, nullptr);
  expect_equal(order, 13);
}

KERNEL_TEST(jobs, a_more_important_one_is_nested_and_an_equal_one_comes_after) {
  order = 0;
  Job modest{"modest", 1, [](Job&) {
               note(1);
               expect(rflags::read() & rflags::kInterrupts);
               jobs.ask_for(equal);
               jobs.ask_for(urgent);
               note(2);
             }};
  jobs.ask_for(modest);
  expect_equal(order, 1324);
  expect_equal(jobs.ceiling(), 0);
}

KERNEL_TEST(jobs, who_claims_a_resource_is_not_interrupted_by_those_who_use_it) {
  order = 0;
  Job modest{"modest", 1, [](Job&) {
               constexpr Resource kShared{.ceiling = 3};
               {
                 const Claim claim(kShared);
                 jobs.ask_for(urgent);
                 note(1);
               }
               note(2);
             }};
  jobs.ask_for(modest);
  expect_equal(order, 132);
}

KERNEL_TEST(jobs, requests_that_were_not_answered_yet_are_one) {
  order = 0;
  const uint64_t runs = urgent.runs, merged = urgent.asked_while_pending;
  constexpr Resource kAll{.ceiling = 7};
  {
    const Claim claim(kAll);
    for (int i = 0; i < 3; ++i) jobs.ask_for(urgent);
    expect_equal(order, 0);
  }
  expect_equal(urgent.runs, runs + 1);
  expect_equal(urgent.asked_while_pending, merged + 2);
}

KERNEL_TEST_SHOULD_PANIC(jobs, may_not_wait) {
  Job sleeper{"sleeper", 1, [](Job&) { sleep_for(1); }};
  jobs.ask_for(sleeper);
}

}  // namespace
}  // namespace kernel
