// SPDX-License-Identifier: MIT
#include "memory/allocators/linked_list.h"

#include <algorithm>

#include "lib/panic.h"

namespace kernel {

void LinkedListAllocator::extend(std::byte* start, size_t bytes) {
  if (start_ == nullptr) start_ = end_ = start;
  end_ = start + bytes;
  counts_.memory += bytes;
  auto* block = reinterpret_cast<Block*>(start);
  *block = {bytes - sizeof(Block), BlockState::used};
  counts_.free += block->bytes;
  insert(block);
}

void LinkedListAllocator::insert(Block* block) {
  block->state = BlockState::free;
  FreeBlock* before = nullptr;
  FreeBlock* after = first_free_;
  for (; after != nullptr && after < block; after = after->next) before = after;

  auto* freed = static_cast<FreeBlock*>(block);
  freed->next = after;
  (before != nullptr ? before->next : first_free_) = freed;
  const auto join_with_next = [this](FreeBlock* left) {
    FreeBlock* right = left->next;
    if (right == nullptr || left->end() != reinterpret_cast<std::byte*>(right)) return;
    left->bytes += sizeof(Block) + right->bytes;
    left->next = right->next;
    counts_.free += sizeof(Block);
  };
  join_with_next(freed);
  if (before != nullptr) join_with_next(before);
}

void* LinkedListAllocator::allocate(size_t bytes, size_t alignment) {
  bytes = std::max(align_up(bytes, kSmallestAlignment), kSmallest);
  FreeBlock* before = nullptr;
  for (FreeBlock* block = first_free_; block != nullptr; before = block, block = block->next) {
    // What lies in front of an aligned address stays a free block, if it is large enough to be one.
    std::byte* memory = align_up(block->memory(), alignment);
    const auto in_front = [&] { return static_cast<size_t>(memory - block->memory()); };
    if (in_front() != 0 && in_front() < sizeof(Block) + kSmallest) memory += alignment;
    if (memory + bytes > block->end()) continue;

    FreeBlock* next = block->next;
    auto* taken = reinterpret_cast<Block*>(memory) - 1;
    *taken = {static_cast<size_t>(block->end() - memory), BlockState::used};
    if (in_front() != 0) {
      block->bytes = in_front() - sizeof(Block);
      counts_.free -= sizeof(Block);
      before = block;
    }
    if (taken->bytes >= bytes + sizeof(Block) + kSmallest) {
      auto* rest = reinterpret_cast<FreeBlock*>(taken->memory() + bytes);
      rest->bytes = taken->bytes - bytes - sizeof(Block);
      rest->state = BlockState::free;
      rest->next = next;
      next = rest;
      taken->bytes = bytes;
      counts_.free -= sizeof(Block);
    }
    (before != nullptr ? before->next : first_free_) = next;
    counts_.free -= taken->bytes;
    counts_.used += taken->bytes;
    ++counts_.live;
    ++counts_.allocations;
    return taken->memory();
  }
  ++counts_.failures;
  return nullptr;
}

void LinkedListAllocator::release(void* memory) {
  Block* block = static_cast<Block*>(memory) - 1;
  if (block->state == BlockState::free) panic("the block at {} was released twice", memory);
  if (block->state != BlockState::used)
    panic("released {}, but there is no block: its header is overwritten, or it never was one", memory);
  counts_.used -= block->bytes;
  counts_.free += block->bytes;
  --counts_.live;
  ++counts_.releases;
  insert(block);
}

bool LinkedListAllocator::contains(const void* memory) const {
  return memory >= start_ + sizeof(Block) && memory < end_ && reinterpret_cast<uintptr_t>(memory) % 16 == 0;
}

size_t LinkedListAllocator::size_of(const void* memory) {
  return (static_cast<const Block*>(memory) - 1)->bytes;
}

size_t LinkedListAllocator::needed_for(size_t bytes, size_t alignment) const {
  return sizeof(Block) + 2 * alignment + align_up(bytes, kSmallestAlignment);
}

AllocatorStatistics LinkedListAllocator::statistics() const {
  AllocatorStatistics result = counts_;
  for (const FreeBlock* block = first_free_; block != nullptr; block = block->next)
    result.largest_free = std::max(result.largest_free, block->bytes);
  return result;
}

// Walks over all blocks by their sizes, and along the list at the same time: it must name exactly the free
// ones.
Defect LinkedListAllocator::check() const {
  const FreeBlock* expected = first_free_;
  bool free_before = false;
  size_t used = 0, free = 0;
  for (std::byte* at = start_; at != end_;) {
    auto* block = reinterpret_cast<Block*>(at);
    if (block->state != BlockState::used && block->state != BlockState::free &&
        block->state != BlockState::kept)
      return {"the header of a block is overwritten", block};
    if (block->bytes % 16 != 0 || block->bytes > static_cast<size_t>(end_ - at) - sizeof(Block))
      return {"a block has an impossible size", block};
    const bool is_free = block->state == BlockState::free;
    if (is_free && free_before) return {"two free blocks lie side by side and were not joined", block};
    if (is_free && block != expected) return {"a free block is not in the list, or out of order", block};
    if (is_free) expected = expected->next;
    (is_free ? free : used) += block->bytes;
    free_before = is_free;
    at = block->end();
  }
  if (expected != nullptr) return {"the list names something that is not a free block", expected};
  if (used != counts_.used || free != counts_.free) return {"the counters do not fit the blocks", this};
  return {};
}

}  // namespace kernel
