// SPDX-License-Identifier: MIT
//
// A list of free blocks for each of a few sizes. Taking one is taking the first of its list, whatever else is
// free.
//
//     16  -> block -> block
//     32  -> block
//    ...
//   2048
//   larger, or with an alignment of its own: straight from the linked list
//
// When a list is empty the linked list cuts a new block. A block never goes back there: what was once cut to
// 32 bytes stays 32 bytes long. That is what the speed costs.
#pragma once

#include <array>

#include "memory/allocators/linked_list.h"

namespace kernel {

struct KeptBlock {  // in the memory of a block of fixed size that nobody uses
  KeptBlock* next;
};

class FixedBlockAllocator {
 public:
  static constexpr std::string_view kName = "blocks";
  static constexpr std::array<size_t, 8> kSizes = {16, 32, 64, 128, 256, 512, 1024, 2048};

  void extend(std::byte* start, size_t bytes) { fallback_.extend(start, bytes); }
  void* allocate(size_t bytes, size_t alignment);
  void release(void* memory);
  size_t needed_for(size_t bytes, size_t alignment) const;
  AllocatorStatistics statistics() const;
  Defect check() const;

 private:
  std::array<KeptBlock*, kSizes.size()> first_kept_{};
  LinkedListAllocator fallback_;
  AllocatorStatistics counts_;  // live, allocations, releases, failures
  size_t kept_ = 0;             // blocks in the lists
  size_t kept_bytes_ = 0;
};
static_assert(Allocator<FixedBlockAllocator>);

}  // namespace kernel
