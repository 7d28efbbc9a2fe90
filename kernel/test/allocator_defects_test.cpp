// SPDX-License-Identifier: MIT
//
// Damage done on purpose: check() must name it, and a release that cannot be right must panic.
#include "memory/heap.h"
#include "test/test_memory.h"

namespace kernel {
namespace {

// Overwrites one word and expects check() to say what is broken.
template <Allocator A>
void expect_named(A& allocator, const void* where, uint64_t value, std::string_view what) {
  auto* word = static_cast<uint64_t*>(const_cast<void*>(where));
  const uint64_t good = *word;
  *word = value;
  const Defect defect = allocator.check();
  *word = good;
  expect_equal(defect.what, what);
  expect_sound(allocator.check());
}

KERNEL_TEST(allocator_defects, list_names_a_broken_header_and_a_broken_link) {
  const TestMemory memory(1);
  LinkedListAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  void* a = allocator.allocate(64, 16);
  Block* b = static_cast<Block*>(allocator.allocate(64, 16)) - 1;
  allocator.allocate(64, 16);
  allocator.release(a);
  auto* node = reinterpret_cast<FreeBlock*>(static_cast<Block*>(a) - 1);
  expect_named(allocator, &node->next, 0x1234, "a free block is not in the list, or out of order");
  expect_named(allocator, &node->next, 0, "a free block is not in the list, or out of order");
  expect_named(allocator, &b->bytes, 1 << 20, "a block has an impossible size");
  expect_named(allocator, &b->state, 0x4141'4141, "the header of a block is overwritten");
}

KERNEL_TEST(allocator_defects, blocks_name_a_broken_link) {
  const TestMemory memory(1);
  FixedBlockAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  void* a = allocator.allocate(64, 16);
  void* b = allocator.allocate(64, 16);
  void* c = allocator.allocate(64, 16);
  allocator.release(a);
  allocator.release(b);
  expect_named(allocator, b, 0xdead'beef, "a list of free blocks leads out of the memory");
  expect_named(allocator, b, reinterpret_cast<uint64_t>(c), "a block in use is in a list of free ones");
  expect_named(allocator, a, reinterpret_cast<uint64_t>(b), "a list of free blocks runs in a circle");
  expect_named(allocator, b, 0, "a free block is in no list");
}

KERNEL_TEST(allocator_defects, buddy_names_a_broken_link) {
  const TestMemory memory(1);
  BuddyAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  void* a = allocator.allocate(32, 16);
  void* b = allocator.allocate(32, 16);
  void* c = allocator.allocate(32, 16);
  allocator.release(a);
  expect(b != nullptr && c != nullptr);
  expect_named(allocator, a, 0xdead'beef, "a list of free blocks leads out of the memory");
  expect_named(allocator, a, reinterpret_cast<uint64_t>(c),
               "a list names something that is not a free block of its size");
}

KERNEL_TEST(allocator_defects, slab_names_a_broken_header) {
  const TestMemory memory(2);
  SlabAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  void* a = allocator.allocate(64, 16);
  auto* slab = reinterpret_cast<Slab*>(reinterpret_cast<uint64_t>(a) & ~uint64_t{4095});
  expect_named(allocator, &slab->mark, 0, "the header of a slab is overwritten");
  expect_named(allocator, &slab->taken, 3, "a slab counts other objects than its bits say");
  expect_named(allocator, &slab->next, 0x123, "a list of slabs leads to something else");
}

KERNEL_TEST(allocator_defects, red_zones_name_both_ends_and_late_writes) {
  const TestMemory memory(4);
  RedZones<LinkedListAllocator> allocator;
  allocator.extend(memory.start(), memory.bytes());
  auto* block = static_cast<uint8_t*>(allocator.allocate(20, 16));
  auto expect_at = [&](uint8_t* at, std::string_view what) {
    const uint8_t good = *at;
    *at = 0;
    const Defect defect = allocator.check();
    *at = good;
    expect_equal(defect.what, what);
    expect(defect.where == at);
  };
  expect_at(block + 20, "something was written behind the end of the block");
  expect_at(block - 1, "something was written in front of the block");
  expect_equal(block[0], 0xcd);
  allocator.release(block);
  expect_equal(block[0], 0xdd);
  expect_at(block + 5, "something was written to the block after its release");
  expect_sound(allocator.check());
}

// Memory that needs no release: the tests below never come to their end.
alignas(kPageBytes) constinit std::array<std::byte, kPageBytes> page{};

template <Allocator A>
A& with_page() {
  static constinit A allocator;
  allocator = {};
  allocator.extend(page.data(), page.size());
  return allocator;
}

template <Allocator A>
void release_twice() {
  A& allocator = with_page<A>();
  void* block = allocator.allocate(40, 16);
  void* other = allocator.allocate(40, 16);
  expect(block != nullptr && other != nullptr);
  allocator.release(block);
  allocator.release(block);
}

KERNEL_TEST_SHOULD_PANIC(allocator_defects, list_double_release) { release_twice<LinkedListAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocator_defects, blocks_double_release) { release_twice<FixedBlockAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocator_defects, buddy_double_release) { release_twice<BuddyAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocator_defects, slab_double_release) { release_twice<SlabAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocator_defects, red_zones_double_release) {
  release_twice<RedZones<LinkedListAllocator>>();
}

KERNEL_TEST_SHOULD_PANIC(allocator_defects, red_zones_overrun_at_release) {
  auto& allocator = with_page<RedZones<LinkedListAllocator>>();
  auto* block = static_cast<uint8_t*>(allocator.allocate(20, 16));
  block[20] = 1;
  allocator.release(block);
}

KERNEL_TEST_SHOULD_PANIC(allocator_defects, red_zones_write_after_release) {
  auto& allocator = with_page<RedZones<LinkedListAllocator>>();
  auto* block = static_cast<uint8_t*>(allocator.allocate(20, 16));
  allocator.release(block);
  block[3] = 1;
  for (unsigned i = 0; i < allocator.kKept; ++i) allocator.release(allocator.allocate(8, 16));
}

}  // namespace
}  // namespace kernel
