// SPDX-License-Identifier: MIT
//
// The five designs side by side, each with the same memory to divide up, and the load that compares them.
#pragma once

#include <array>
#include <string_view>

#include "blocks.h"
#include "buddy.h"
#include "bump.h"
#include "list.h"
#include "slab.h"

namespace lab {

enum class Policy : uint8_t { bump, list, blocks, buddy, slab };
inline constexpr std::array<std::string_view, 5> kNames = {"bump", "list", "blocks", "buddy", "slab"};
inline constexpr size_t kArenaBytes = 64 << 10;

// The heap panel shows the one that the policy names.
struct Heap {
  Policy policy_ = Policy::bump;
  BumpAllocator bump_;
  LinkedListAllocator list_;
  FixedBlockAllocator blocks_;
  BuddyAllocator buddy_;
  SlabAllocator slab_;
};
extern Heap heap;

// do_this(the allocator of the policy)
template <typename F>
decltype(auto) with_allocator(F&& do_this) {
  switch (heap.policy_) {
    case Policy::list: return do_this(heap.list_);
    case Policy::blocks: return do_this(heap.blocks_);
    case Policy::buddy: return do_this(heap.buddy_);
    case Policy::slab: return do_this(heap.slab_);
    case Policy::bump: break;
  }
  return do_this(heap.bump_);
}

// A new heap of this design: all memory is free, whatever was in it.
void begin(Policy policy);

// What a load did to the design that is in use.
struct Figures {
  uint64_t allocations = 0;
  uint64_t failures = 0;  // allocations for which there was no room
  uint64_t damaged = 0;   // blocks that did not hold any more what was put there
  uint64_t asked = 0;     // most bytes that were wanted at the same time
  uint64_t reach = 0;     // bytes from the start of the memory to the end of the highest block ever
};
extern Figures figures;

// Blocks of mixed sizes come and go in an order that the seed decides; then every second one is released, and
// the rest stays for you to look at. end_load() releases it too.
void run_load(Policy policy, uint64_t seed);
void end_load();

}  // namespace lab
