// SPDX-License-Identifier: MIT
//
// Each allocator under the same load, and each one's own promises. They get frames in a row as their memory.
#include "memory/allocators/workload.h"
#include "memory/heap.h"
#include "test/test_memory.h"

namespace kernel {
namespace {

// Random work on an allocator, with a look at all its structures at every 16th step.
template <Allocator A>
void run_load(size_t pages) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const TestMemory memory(pages);
    A allocator;
    const WorkloadResult result =
        run_workload(any(allocator), {memory.start(), memory.start() + memory.bytes()},
                     {.seed = seed, .operations = 1500, .check_every = 16});
    expect_sound(result.defect);
    expect_equal(result.live_at_end, 0);
    expect_equal(result.failures, 0);
    expect_equal(result.allocations, result.releases);
    expect(result.allocations > 700);
    expect(result.used_at_peak >= result.asked_at_peak);
  }
}

KERNEL_TEST(allocators, bump_under_load) { run_load<BumpAllocator>(400); }
KERNEL_TEST(allocators, list_under_load) { run_load<LinkedListAllocator>(160); }
KERNEL_TEST(allocators, blocks_under_load) { run_load<FixedBlockAllocator>(160); }
KERNEL_TEST(allocators, buddy_under_load) { run_load<BuddyAllocator>(200); }
KERNEL_TEST(allocators, slab_under_load) { run_load<SlabAllocator>(200); }
KERNEL_TEST(allocators, red_zones_under_load) { run_load<RedZones<LinkedListAllocator>>(250); }

// With everything released, all memory is one piece again, as large as at first.
template <Allocator A>
void expect_joined() {
  const TestMemory memory(16);
  A allocator;
  allocator.extend(memory.start(), memory.bytes());
  const AllocatorStatistics fresh = allocator.statistics();
  std::array<void*, 40> blocks;
  for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = allocator.allocate(24 + 16 * i, 16);
  for (void* block : blocks) expect(block != nullptr);
  expect(allocator.statistics().free < fresh.free);
  for (size_t i = 0; i < blocks.size(); i += 2) allocator.release(blocks[i]);
  expect_sound(allocator.check());
  expect(allocator.statistics().fragmentation() > 0);
  for (size_t i = 1; i < blocks.size(); i += 2) allocator.release(blocks[i]);
  expect_sound(allocator.check());
  const AllocatorStatistics now = allocator.statistics();
  expect_equal(now.free, fresh.free);
  expect_equal(now.largest_free, fresh.largest_free);
  expect_equal(now.used, 0);
}

KERNEL_TEST(allocators, list_joins_what_is_free) { expect_joined<LinkedListAllocator>(); }
KERNEL_TEST(allocators, buddy_joins_what_is_free) { expect_joined<BuddyAllocator>(); }
KERNEL_TEST(allocators, slab_gives_empty_slabs_back) { expect_joined<SlabAllocator>(); }

KERNEL_TEST(allocators, list_takes_the_first_that_fits_and_splits_it) {
  const TestMemory memory(1);
  LinkedListAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  auto* a = static_cast<std::byte*>(allocator.allocate(100, 16));
  auto* b = static_cast<std::byte*>(allocator.allocate(100, 16));
  expect_equal(static_cast<size_t>(b - a), 112 + sizeof(Block));
  allocator.release(a);
  expect(allocator.allocate(30, 16) == a);
  expect(allocator.allocate(30, 16) == a + 32 + sizeof(Block));
  expect(allocator.allocate(30, 16) > b);
  expect(allocator.allocate(5000, 16) == nullptr);
  expect_equal(allocator.statistics().failures, 1);
}

KERNEL_TEST(allocators, list_joins_new_memory_with_the_end) {
  const TestMemory memory(2);
  LinkedListAllocator allocator;
  allocator.extend(memory.start(), kPageBytes);
  expect(allocator.allocate(6000, 16) == nullptr);
  allocator.extend(memory.start() + kPageBytes, kPageBytes);
  expect(allocator.allocate(6000, 16) != nullptr);
  expect_sound(allocator.check());
}

KERNEL_TEST(allocators, bump_starts_anew_when_all_is_released) {
  const TestMemory memory(1);
  BumpAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  void* first = allocator.allocate(100, 16);
  void* second = allocator.allocate(100, 16);
  allocator.release(first);
  expect(allocator.allocate(100, 16) > second);
  allocator.release(second);
  allocator.release(second);  // it cannot tell one block from another, only count them
  expect(allocator.allocate(100, 16) == first);
}

KERNEL_TEST(allocators, blocks_reuse_the_one_released_last) {
  const TestMemory memory(1);
  FixedBlockAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  void* a = allocator.allocate(100, 16);
  void* b = allocator.allocate(128, 16);
  allocator.release(a);
  allocator.release(b);
  expect(allocator.allocate(70, 16) == b);
  expect(allocator.allocate(30, 16) != a);  // another size, another list
  expect(allocator.allocate(128, 16) == a);
  expect_sound(allocator.check());
}

KERNEL_TEST(allocators, buddies_lie_at_multiples_of_their_size) {
  const TestMemory memory(16);
  BuddyAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  for (const size_t bytes : {32, 64, 128, 256, 512, 1024, 2048, 4096}) {
    void* block = allocator.allocate(bytes - 1, 16);
    expect_equal(reinterpret_cast<uint64_t>(block) % bytes, 0);
  }
  expect_sound(allocator.check());
}

KERNEL_TEST(allocators, slab_fills_a_page_before_it_takes_the_next) {
  const TestMemory memory(4);
  SlabAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  const size_t capacity = (4096 - 64) / 64;
  std::array<void*, capacity> objects;
  for (void*& object : objects) object = allocator.allocate(50, 16);
  const auto page = [](void* at) { return reinterpret_cast<uint64_t>(at) / 4096; };
  expect_equal(page(objects.front()), page(objects.back()));
  void* next = allocator.allocate(50, 16);
  expect(page(next) != page(objects.back()));
  allocator.release(objects[7]);
  allocator.release(next);
  expect(allocator.allocate(64, 16) == objects[7]);
  expect_sound(allocator.check());
}

}  // namespace
}  // namespace kernel
