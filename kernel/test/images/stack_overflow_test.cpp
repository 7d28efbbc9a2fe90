// SPDX-License-Identifier: MIT
//
// A recursion without end, for real. Each call needs a frame; the one that reaches the guard page faults, the
// CPU cannot push the page fault's frame onto the same stack, and makes a double fault of the two. Its gate
// names a stack of its own.
#include "arch/context.h"
#include "arch/control_registers.h"
#include "arch/interrupts.h"
#include "memory/layout.h"
#include "memory/stacks.h"
#include "test/test.h"

namespace kernel {
namespace {

constinit ReturnPoint overflowed;
constinit uint64_t handler_stack = 0;
constinit TrapFrame seen{};

void handle_double_fault(TrapFrame& frame) {
  handler_stack = reinterpret_cast<uint64_t>(&frame);
  seen = frame;
  return_to(overflowed);
}

[[gnu::noinline]] uint64_t recurse(uint64_t depth) {
  volatile uint64_t in_the_frame[24] = {depth};
  if (depth == ~uint64_t{0}) return 0;
  return recurse(depth + 1) + in_the_frame[0];
}

KERNEL_TEST(stack_overflow, becomes_a_double_fault_on_its_own_stack) {
  const ExceptionHandler old = set_exception_handler(Exception::double_fault, handle_double_fault);
  if (!set_return_point(overflowed)) recurse(0);
  set_exception_handler(Exception::double_fault, old);

  const uint64_t guard = reinterpret_cast<uint64_t>(kernel_stack_guard);
  expect(cr2::read() >= guard && cr2::read() < guard + kPageBytes);
  expect_equal(handler_stack, double_fault_stack.top() - sizeof(TrapFrame));
  expect_equal(seen.error_code, 0);
  expect(seen.rsp >= guard && seen.rsp <= guard + kPageBytes + 16);  // where the CPU could not push
}

}  // namespace
}  // namespace kernel
