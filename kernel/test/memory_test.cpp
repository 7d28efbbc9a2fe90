// SPDX-License-Identifier: MIT
//
// What the kernel builds of frames and pages: stacks, pages on demand.
#include "arch/mistakes.h"
#include "memory/demand_zero.h"
#include "memory/kernel_map.h"
#include "memory/thread_stacks.h"
#include "test/test.h"

namespace kernel {
namespace {

bool is_mapped(uint64_t address) { return translate(*VirtualAddress::from(address)).has_value(); }

KERNEL_TEST(demand_zero, a_page_appears_at_the_first_touch) {
  const uint64_t base = demand_zero_region.base();
  expect_equal(demand_zero_region.pages_filled(), 0);
  expect(!is_mapped(base + 0x3000));
  expect_equal(mistakes::read(base + 0x3008), 0);
  expect_equal(demand_zero_region.pages_filled(), 1);
  mistakes::write(base + 0x3008, 5);
  expect_equal(mistakes::read(base + 0x3008), 5);
  expect_equal(demand_zero_region.pages_filled(), 1);
  mistakes::write(base + demand_zero_region.bytes() - 8, 6);
  expect_equal(demand_zero_region.pages_filled(), 2);
  demand_zero_region.release_all();
  expect(!is_mapped(base + 0x3000));
}

KERNEL_TEST(demand_zero, a_used_frame_comes_back_clean) {
  const uint64_t base = demand_zero_region.base();
  mistakes::write(base, 0x1111);
  demand_zero_region.release_all();
  expect_equal(mistakes::read(base), 0);
  demand_zero_region.release_all();
}

KERNEL_TEST_SHOULD_PANIC(demand_zero, ends_at_its_end) {
  mistakes::read(demand_zero_region.base() + demand_zero_region.bytes());
}
KERNEL_TEST_SHOULD_PANIC(demand_zero, does_not_serve_instruction_fetches) {
  mistakes::call(demand_zero_region.base());
}

KERNEL_TEST(thread_stacks, are_zero_and_lie_above_an_unmapped_page) {
  const auto stack = allocate_stack(2, "test");
  expect(stack.has_value());
  expect_equal(stack->top - stack->bottom, 2 * kPageBytes);
  expect(!is_mapped(stack->bottom - 1) && !is_mapped(stack->top));
  for (uint64_t at = stack->bottom; at < stack->top; at += 8) expect_equal(mistakes::read(at), 0);
  mistakes::write(stack->top - 8, 1);
  free_stack(*stack);
  expect(!is_mapped(stack->bottom));
}

KERNEL_TEST(thread_stacks, are_found_by_any_of_their_addresses) {
  const auto one = allocate_stack(1, "one"), two = allocate_stack(3, "two");
  expect(one.has_value() && two.has_value());
  expect_equal(find_stack(one->bottom)->name, "one");
  expect_equal(find_stack(two->top - 1)->name, "two");
  const auto guard = find_stack(two->bottom - 1);
  expect(guard.has_value() && guard->in_guard_page(two->bottom - 1) && !guard->in_guard_page(two->bottom));
  expect(!find_stack(one->top));
  free_stack(*one);
  expect(!find_stack(one->bottom));
  free_stack(*two);
}

KERNEL_TEST(thread_stacks, a_slot_is_used_again) {
  const auto one = allocate_stack(1);
  free_stack(*one);
  const auto two = allocate_stack(4);
  expect_equal(two->bottom, one->bottom);
  free_stack(*two);
}

KERNEL_TEST_SHOULD_PANIC(thread_stacks, cannot_be_freed_twice) {
  const auto stack = allocate_stack(1);
  free_stack(*stack);
  free_stack(*stack);
}

}  // namespace
}  // namespace kernel
