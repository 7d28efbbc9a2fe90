// SPDX-License-Identifier: MIT
//
// Step 3: a list of released blocks for each of a few sizes.
//
//     16  -> block -> block
//     32  -> block
//    ...
//   2048
//   larger: straight from the linked list, and back to it
//
// When a list is empty the linked list cuts a new block. A block of one of the sizes never goes back there:
// its state is `kept`, and the next one who wants that size gets it.
#pragma once

#include <array>

#include "counts.h"
#include "memory/allocators/fixed_blocks.h"

namespace lab {

using kernel::Block;
using kernel::BlockState;
using kernel::KeptBlock;  // in the memory of a block that is kept: `next`

class FixedBlockAllocator {
 public:
  static constexpr std::array<size_t, 8> kSizes = {16, 32, 64, 128, 256, 512, 1024, 2048};

  void extend(std::byte* start, size_t bytes) { fallback_.extend(start, bytes); }
  void* allocate(size_t bytes);
  void release(void* memory);

 private:
  // The header in front of a block, the linked list's: bytes and state.
  static Block* header_of(void* memory) { return static_cast<Block*>(memory) - 1; }

  std::array<KeptBlock*, kSizes.size()> first_kept_{};
  kernel::LinkedListAllocator fallback_;  // the reference's: this step needs nothing of step 2
  Counts counts_;
};

}  // namespace lab
