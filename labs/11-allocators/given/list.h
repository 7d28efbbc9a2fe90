// SPDX-License-Identifier: MIT
//
// Step 2: blocks one behind the other, each with a header that says how long it is, and a list of those that
// are free, sorted by address.
//
//   memory    | Block | bytes ... | Block | bytes ...             | Block | bytes ... |
//               used                free, next ------------------------^    free
//
// Two free neighbours are joined at once, so free blocks never touch.
#pragma once

#include "counts.h"
#include "memory/allocators/linked_list.h"

namespace lab {

using kernel::Block;       // 16 bytes: `bytes` behind it, and `state`; memory(), end()
using kernel::BlockState;  // used, free (and kept: of step 3)
using kernel::FreeBlock;   // a Block, and `next` in the memory behind it

class LinkedListAllocator {
 public:
  static constexpr size_t kSmallest = 16;  // bytes of a block, and all sizes are multiples of it

  void extend(std::byte* start, size_t bytes) {  // all of it is one free block
    start_ = start;
    end_ = start + bytes;
    auto* block = reinterpret_cast<Block*>(start);
    *block = {bytes - sizeof(Block), BlockState::used};
    insert(block);
  }

  // The first block of the list that is large enough. What is left of it behind the caller's bytes becomes a
  // free block of its own, if it is large enough for a header and kSmallest bytes. As in all designs: null if
  // there is no room, whatever number `bytes` is. REQUIRES: bytes > 0.
  void* allocate(size_t bytes);
  void release(void* memory);

 private:
  // Makes the block free, puts it into the list at its place, and joins it with the free blocks that it
  // touches.
  void insert(Block* block);

  FreeBlock* first_free_ = nullptr;
  std::byte* start_ = nullptr;
  std::byte* end_ = nullptr;
  Counts counts_;
};

}  // namespace lab
