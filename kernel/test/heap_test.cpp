// SPDX-License-Identifier: MIT
#include <cstring>
#include <new>
#include <utility>

#include "arch/interrupts.h"
#include "drivers/pit8254.h"
#include "memory/heap.h"
#include "test/test.h"

namespace kernel {
namespace {

bool is_in_heap(const void* memory, size_t bytes) {
  const auto at = reinterpret_cast<uint64_t>(memory);
  return at >= heap.start() && at + bytes <= heap.end();
}

void expect_sound_heap() {
  const Defect defect = heap.check();
  if (defect.found()) print("\n  {}: {}", defect.where, defect.what);
  expect(!defect.found());
}

struct Node {
  explicit Node(int number) : value(number) {}
  int value;
  Node* next = nullptr;
};

KERNEL_TEST(heap, objects_lie_in_it_and_keep_their_values) {
  Node* first = nullptr;
  for (int i = 0; i < 100; ++i) {
    Node* node = new Node(i);
    expect(is_in_heap(node, sizeof(Node)));
    node->next = first;
    first = node;
  }
  expect_sound_heap();
  for (int i = 99; i >= 0; --i) {
    expect_equal(first->value, i);
    Node* next = first->next;
    delete first;
    first = next;
  }
  expect_sound_heap();
}

KERNEL_TEST(heap, every_alignment_up_to_a_page) {
  for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    void* odd = ::operator new(3);
    void* memory = ::operator new(40, std::align_val_t(alignment));
    expect_equal(reinterpret_cast<uint64_t>(memory) % std::max<size_t>(alignment, 16), 0);
    expect(is_in_heap(memory, 40));
    memset(memory, 0xff, 40);
    ::operator delete(memory, std::align_val_t(alignment));
    ::operator delete(odd);
  }
  expect_sound_heap();
}

KERNEL_TEST(heap, grows_when_it_is_full) {
  const uint64_t end = heap.end();
  const size_t bytes = heap.statistics().memory + 100'000;
  auto* large = new char[bytes];
  expect(heap.end() >= end + 100'000);
  expect(is_in_heap(large, bytes));
  memset(large, 0x77, bytes);
  expect_equal(static_cast<int>(large[bytes - 1]), 0x77);
  delete[] large;
  expect_sound_heap();
}

KERNEL_TEST(heap, nothrow_gives_null_when_memory_is_out) {
  // By name: a new-expression whose result nobody uses may be left out by the compiler.
  for (const size_t bytes : {kHeapBytes, ~uint64_t{0}, ~uint64_t{0} - 100})
    expect(::operator new(bytes, std::nothrow) == nullptr);
  expect_sound_heap();
}

// Without its guard against interrupts the heap would not outlive this for long: each tick lands somewhere
// else.
KERNEL_TEST(heap, a_handler_may_allocate_while_the_interrupted_code_does) {
  static constinit IrqHandler runner = nullptr;
  static constinit Node* made_by_handler = nullptr;
  runner = set_irq_handler(kTimerIrq, [] {
    Node* node = new Node(1);
    node->next = made_by_handler;
    made_by_handler = node;
    runner();
  });
  const uint64_t end = timer_ticks() + 10;
  Node* kept = nullptr;
  while (timer_ticks() < end) {
    auto* memory = new Node(2);
    delete kept;
    kept = memory;
  }
  set_irq_handler(kTimerIrq, runner);
  expect_sound_heap();
  expect_equal(kept->value, 2);
  delete kept;
  unsigned ticks = 0;
  for (; made_by_handler != nullptr; ++ticks) delete std::exchange(made_by_handler, made_by_handler->next);
  expect(ticks >= 10);
}

KERNEL_TEST(heap, delete_of_null_does_nothing) {
  Node* volatile null = nullptr;
  delete null;
}

KERNEL_TEST(heap, two_empty_arrays_are_two_things) {
  char* volatile one = new char[0];
  char* volatile two = new char[0];
  expect(one != two && one != nullptr);
  delete[] one;
  delete[] two;
}

KERNEL_TEST_SHOULD_PANIC(heap, new_panics_when_memory_is_out) {
  void* volatile memory = ::operator new(kHeapBytes);
  (void)memory;
}

}  // namespace
}  // namespace kernel
