// SPDX-License-Identifier: MIT
//
// A list of free blocks, sorted by address; the first one that is large enough is taken.
//
//   memory    | Block | bytes ... | Block | bytes ...             | Block | bytes ... |
//               used                free, next ------------------------^    free
//
// Blocks lie one behind the other without a gap, each with 16 bytes in front that say how long it is. A block
// that is larger than what was asked for is split. Two free neighbours are joined at once, so free blocks
// never touch.
#pragma once

#include "memory/allocators/allocator.h"

namespace kernel {

enum class BlockState : uint64_t {
  used = 0x6465'7375,  // "used" and "free" as a memory dump shows them
  free = 0x6565'7266,
  kept = 0x7470'656b,  // for whoever handed it out, it is used; but that is an allocator too, which keeps it
};

struct Block {
  size_t bytes;  // behind this header; a multiple of 16
  BlockState state;

  std::byte* memory() { return reinterpret_cast<std::byte*>(this + 1); }
  std::byte* end() { return memory() + bytes; }
};

struct FreeBlock : Block {
  FreeBlock* next;  // in the part that the user of the block will have
};

class LinkedListAllocator {
 public:
  static constexpr std::string_view kName = "list";

  void extend(std::byte* start, size_t bytes);
  void* allocate(size_t bytes, size_t alignment);
  void release(void* memory);
  size_t needed_for(size_t bytes, size_t alignment) const;
  AllocatorStatistics statistics() const;
  Defect check() const;

  // Whether a block could start to be used there.
  bool contains(const void* memory) const;

  // How many bytes the user of a block has. REQUIRES: as release().
  static size_t size_of(const void* memory);

 private:
  static constexpr size_t kSmallest = 16;  // room for FreeBlock::next

  // Puts a block into the list, at its place, and joins it with its neighbours.
  void insert(Block* block);

  FreeBlock* first_free_ = nullptr;
  std::byte* start_ = nullptr;
  std::byte* end_ = nullptr;
  AllocatorStatistics counts_;  // all but largest_free, which statistics() looks for
};
static_assert(sizeof(Block) == 16);
static_assert(Allocator<LinkedListAllocator>);

}  // namespace kernel
