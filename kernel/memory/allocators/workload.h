// SPDX-License-Identifier: MIT
//
// The same work for every allocator: blocks of mixed sizes that come and go, in an order that a seed decides
// and nothing else. What a block holds is checked when it is released, so blocks that overlap are noticed.
#pragma once

#include "memory/allocators/allocator.h"

namespace kernel {

// Memory that an allocator gets bit by bit, as a heap would grow.
struct Arena {
  std::byte* next;
  std::byte* end;
};

struct Workload {
  uint64_t seed = 1;
  unsigned operations = 4000;  // allocations and releases together
  unsigned check_every = 0;    // calls of check() on the way; 0: none
};

struct WorkloadResult {
  uint64_t allocations = 0, releases = 0, failures = 0;
  uint64_t allocation_cycles = 0, release_cycles = 0;  // of the time stamp counter, all calls together
  size_t asked_at_peak = 0;                            // most bytes that were wanted at the same time
  size_t used_at_peak = 0;                             // what the allocator handed out for them
  size_t memory = 0;                                   // what it was given
  unsigned fragmentation = 0;  // at the end of the work, half of all blocks being gone; tenths of a percent
  size_t live_at_end = 0;      // after everything was released: 0, or something is lost
  Defect defect;               // the first that was met; the work stops there
};

// One of the allocators, with the type taken away: the work is the same code for all.
struct AnyAllocator {
  std::string_view name;
  void* object;
  void* (*allocate)(void*, size_t bytes, size_t alignment);
  void (*release)(void*, void* block);
  void (*extend)(void*, std::byte* start, size_t bytes);
  size_t (*needed_for)(const void*, size_t bytes, size_t alignment);
  AllocatorStatistics (*statistics)(const void*);
  Defect (*check)(const void*);
};

template <Allocator A>
AnyAllocator any(A& allocator) {
  return {
      A::kName,
      &allocator,
      [](void* a, size_t bytes, size_t alignment) { return static_cast<A*>(a)->allocate(bytes, alignment); },
      [](void* a, void* block) { static_cast<A*>(a)->release(block); },
      [](void* a, std::byte* start, size_t bytes) { static_cast<A*>(a)->extend(start, bytes); },
      [](const void* a, size_t bytes, size_t alignment) {
        return static_cast<const A*>(a)->needed_for(bytes, alignment);
      },
      [](const void* a) { return static_cast<const A*>(a)->statistics(); },
      [](const void* a) { return static_cast<const A*>(a)->check(); }};
}

// REQUIRES: the allocator is new. Afterwards all blocks are released.
WorkloadResult run_workload(const AnyAllocator& allocator, Arena arena, const Workload& work);

}  // namespace kernel
