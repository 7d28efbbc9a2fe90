// SPDX-License-Identifier: MIT
//
// The kernel's heap: the memory behind `new`. An allocator decides which bytes; the heap gives it pages, and
// more of them when it has no room left.
#pragma once

#include <array>

#include "memory/allocators/buddy.h"
#include "memory/allocators/bump.h"
#include "memory/allocators/fixed_blocks.h"
#include "memory/allocators/linked_list.h"
#include "memory/allocators/red_zones.h"
#include "memory/allocators/slab.h"
#include "memory/layout.h"

namespace kernel {

// Which allocator. `heap=NAME` on the command line chooses one for the time until the next boot.
enum class HeapPolicy : uint8_t { bump, list, blocks, buddy, slab, redzones };
inline constexpr HeapPolicy kDefaultPolicy = HeapPolicy::list;

class Heap {
 public:
  // Takes no memory yet. An empty name, or one that no allocator has, stands for kDefaultPolicy.
  // REQUIRES: map_kernel() was called; nothing has been allocated.
  void initialize(std::string_view name);

  std::string_view name() const;

  // Null if the machine has no memory left for it. May be called in an interrupt handler.
  // REQUIRES: as Allocator::allocate.
  void* allocate(size_t bytes, size_t alignment);
  void release(void* memory);

  AllocatorStatistics statistics() const;
  Defect check() const;

  uint64_t start() const { return kHeapBase; }
  uint64_t end() const { return end_; }

  // Frames that growing has cost: for the pages, and for the tables that map them.
  size_t frames() const { return frames_; }

 private:
  // do_this(the allocator that is in use)
  template <typename Self, typename F>
  static decltype(auto) with(Self& heap, F&& do_this) {
    switch (heap.policy_) {
      case HeapPolicy::bump: return do_this(heap.bump_);
      case HeapPolicy::blocks: return do_this(heap.blocks_);
      case HeapPolicy::buddy: return do_this(heap.buddy_);
      case HeapPolicy::slab: return do_this(heap.slab_);
      case HeapPolicy::redzones: return do_this(heap.redzones_);
      case HeapPolicy::list: break;
    }
    return do_this(heap.list_);
  }
  bool grow(size_t bytes);

  HeapPolicy policy_ = kDefaultPolicy;
  uint64_t end_ = kHeapBase;
  size_t frames_ = 0;
  BumpAllocator bump_;
  LinkedListAllocator list_;
  FixedBlockAllocator blocks_;
  BuddyAllocator buddy_;
  SlabAllocator slab_;
  RedZones<LinkedListAllocator> redzones_;
};

extern Heap heap;

}  // namespace kernel
