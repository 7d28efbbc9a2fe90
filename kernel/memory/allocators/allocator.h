// SPDX-License-Identifier: MIT
//
// What every allocator of this folder can do. They know nothing of pages and frames: they are given memory,
// one stretch that only grows at its end, and hand out pieces of it. So the same code serves the kernel's
// heap, a test on an array, and the comparison of `alloc bench`.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kernel {

struct AllocatorStatistics {
  size_t memory = 0;  // bytes it was given
  size_t used = 0;    // bytes that its callers may use, in all live blocks: at least what they asked for
  size_t free = 0;    // bytes in free blocks; the rest of `memory` are headers and tables
  size_t largest_free = 0;   // bytes in the largest free block
  size_t live = 0;           // blocks that are handed out
  uint64_t allocations = 0;  // calls that gave a block
  uint64_t releases = 0;
  uint64_t failures = 0;  // calls for which there was no room

  // How much of the free memory cannot be had in one piece, in tenths of a percent. 0: all of it is one
  // block.
  unsigned fragmentation() const {
    return free == 0 ? 0 : static_cast<unsigned>(1000 - largest_free * 1000 / free);
  }
};

// The first broken thing that check() met, in words, and where. Empty if all is well.
struct Defect {
  std::string_view what = {};
  const void* where = nullptr;
  bool found() const { return !what.empty(); }
};

inline constexpr size_t kSmallestAlignment = 16;  // of every block, asked for or not: what `new` promises

template <typename A>
concept Allocator = requires(A allocator, const A& constant, std::byte* start, size_t bytes, size_t alignment,
                             void* block) {
  { A::kName } -> std::convertible_to<std::string_view>;

  // More memory. REQUIRES: `start` is where the memory given before ends, or this is the first; both numbers
  // are multiples of 4096.
  { allocator.extend(start, bytes) } -> std::same_as<void>;

  // Null if there is no room. REQUIRES: bytes > 0; alignment is a power of two, at most 4096.
  { allocator.allocate(bytes, alignment) } -> std::same_as<void*>;

  // REQUIRES: `block` comes from allocate() and was not released since. Panics where it sees that this is not
  // so.
  { allocator.release(block) } -> std::same_as<void>;

  // So much new memory that allocate() with these numbers succeeds after extend().
  { constant.needed_for(bytes, alignment) } -> std::same_as<size_t>;

  { constant.statistics() } -> std::same_as<AllocatorStatistics>;

  // Looks at everything it has. Touches every block: for tests and for a person who asks.
  { constant.check() } -> std::same_as<Defect>;
};

constexpr size_t align_up(size_t value, size_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}
constexpr std::byte* align_up(std::byte* pointer, size_t alignment) {
  return pointer + (-reinterpret_cast<uintptr_t>(pointer) & (alignment - 1));
}

}  // namespace kernel
