// SPDX-License-Identifier: MIT
//
// The kernel's heap: the memory behind `new`. An allocator decides which bytes; the heap gives it pages, and
// more of them when it has no room left.
#pragma once

#include "memory/allocators/linked_list.h"
#include "memory/layout.h"

namespace kernel {

class Heap {
 public:
  // `name` chooses the allocator (`heap=NAME` on the command line); empty, or a name nobody has:
  // kDefaultPolicy. Takes no memory yet. REQUIRES: map_kernel() was called.
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
  bool grow(size_t bytes);

  uint64_t end_ = kHeapBase;
  size_t frames_ = 0;
  LinkedListAllocator list_;
};

extern Heap heap;

}  // namespace kernel
