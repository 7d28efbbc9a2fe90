// SPDX-License-Identifier: MIT
//
// Each allocator under the same load, and each one's own promises. They get frames in a row as their memory.
#include <cstring>

#include "memory/allocators/workload.h"
#include "memory/frame_allocator.h"
#include "memory/heap.h"
#include "test/test.h"

namespace kernel {
namespace {

// Memory for one test, gone at its end.
class TestMemory {
 public:
  explicit TestMemory(size_t pages) : pages_(pages) {
    const auto run = frames.allocate_run(pages, 1, FrameUse::other);
    expect(run.has_value());
    start_ = *run;
  }
  ~TestMemory() { frames.release_run(start_, pages_); }
  std::byte* start() const { return direct(start_); }
  size_t bytes() const { return pages_ * kPageBytes; }

 private:
  size_t pages_;
  PhysicalAddress start_{0};
};

void expect_sound(const Defect& defect) {
  if (defect.found()) print("\n  {}: {}", defect.where, defect.what);
  expect(!defect.found());
}

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

KERNEL_TEST(allocators, list_names_a_broken_header_and_a_broken_link) {
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

KERNEL_TEST(allocators, blocks_name_a_broken_link) {
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

KERNEL_TEST(allocators, buddy_names_a_broken_link) {
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

KERNEL_TEST(allocators, slab_names_a_broken_header) {
  const TestMemory memory(2);
  SlabAllocator allocator;
  allocator.extend(memory.start(), memory.bytes());
  void* a = allocator.allocate(64, 16);
  auto* slab = reinterpret_cast<Slab*>(reinterpret_cast<uint64_t>(a) & ~uint64_t{4095});
  expect_named(allocator, &slab->mark, 0, "the header of a slab is overwritten");
  expect_named(allocator, &slab->taken, 3, "a slab counts other objects than its bits say");
  expect_named(allocator, &slab->next, 0x123, "a list of slabs leads to something else");
}

KERNEL_TEST(allocators, red_zones_name_both_ends_and_late_writes) {
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

KERNEL_TEST_SHOULD_PANIC(allocators, list_double_release) { release_twice<LinkedListAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocators, blocks_double_release) { release_twice<FixedBlockAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocators, buddy_double_release) { release_twice<BuddyAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocators, slab_double_release) { release_twice<SlabAllocator>(); }
KERNEL_TEST_SHOULD_PANIC(allocators, red_zones_double_release) {
  release_twice<RedZones<LinkedListAllocator>>();
}

KERNEL_TEST_SHOULD_PANIC(allocators, red_zones_overrun_at_release) {
  auto& allocator = with_page<RedZones<LinkedListAllocator>>();
  auto* block = static_cast<uint8_t*>(allocator.allocate(20, 16));
  block[20] = 1;
  allocator.release(block);
}

KERNEL_TEST_SHOULD_PANIC(allocators, red_zones_write_after_release) {
  auto& allocator = with_page<RedZones<LinkedListAllocator>>();
  auto* block = static_cast<uint8_t*>(allocator.allocate(20, 16));
  allocator.release(block);
  block[3] = 1;
  for (unsigned i = 0; i < allocator.kKept; ++i) allocator.release(allocator.allocate(8, 16));
}

KERNEL_TEST(random, the_same_seed_gives_the_same_numbers) {
  Random a(7), b(7), c(8);
  expect_equal(a.next(), b.next());
  expect(a.next() != c.next());
  size_t seen = 0;
  for (unsigned i = 0; i < 200; ++i) seen |= size_t{1} << a.below(8);
  expect_equal(seen, 0xff);
}

}  // namespace
}  // namespace kernel
