// SPDX-License-Identifier: MIT
//
// The heap that you write: pages from the frames that are free, an allocator that divides them up, and more
// pages when it has no room left. The allocator is there already (memory/allocators/linked_list.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/allocators/linked_list.h"
#include "memory/layout.h"

namespace lab {

inline constexpr uint64_t kHeapStart = kernel::kHeapBase;  // nothing else is mapped in this region
inline constexpr uint64_t kMostHeapBytes = kernel::kHeapBytes;
inline constexpr size_t kPageBytes = kernel::kPageBytes;
inline constexpr size_t kGrowthBytes = 64 << 10;  // the heap grows by so much at a time, or by more

// Step 1. Puts `pages` new frames behind the addresses from `address` on: writable, never executed. False if
// there are not enough frames. Step 4: then nothing has changed, no page is mapped and no frame is taken.
// REQUIRES: a multiple of 4096, with nothing mapped in the whole range.
bool map_pages(uint64_t address, size_t pages);

class Heap {
 public:
  // Step 2. A block of at least so many bytes, whose address is a multiple of `alignment`. Step 4: null if
  // there is no memory for it. Step 5: also in an interrupt handler. REQUIRES: `alignment` is a power of two,
  // from 16 to 4096.
  void* allocate(size_t bytes, size_t alignment);

  // Takes a block back. REQUIRES: it is one of allocate()'s, and was not released since.
  void release(void* memory);

 private:
  // At least `bytes` more at the end. False, and nothing has changed, if they cannot be had.
  bool grow(size_t bytes);

  uint64_t end_ = kHeapStart;         // the heap's memory lies from kHeapStart to here
  kernel::LinkedListAllocator list_;  // divides it up: extend(), allocate(), release(), needed_for()
};

extern Heap heap;

}  // namespace lab
