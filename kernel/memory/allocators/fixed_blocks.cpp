// SPDX-License-Identifier: MIT
#include "memory/allocators/fixed_blocks.h"

#include <algorithm>
#include <optional>

#include "lib/panic.h"

namespace kernel {
namespace {

constexpr auto& kSizes = FixedBlockAllocator::kSizes;

Block* header_of(void* memory) { return static_cast<Block*>(memory) - 1; }

// The smallest size that holds `bytes`. None if all are too small.
std::optional<size_t> class_for(size_t bytes) {
  for (size_t i = 0; i < kSizes.size(); ++i)
    if (bytes <= kSizes[i]) return i;
  return std::nullopt;
}

// The largest size that a block of `bytes` holds: the linked list rounds up, where the rest would be too
// small to be a block. None for a block that is not of this allocator's making.
std::optional<size_t> class_of(size_t bytes) {
  if (bytes > kSizes.back()) return std::nullopt;
  size_t i = kSizes.size() - 1;
  while (kSizes[i] > bytes) --i;
  return i;
}

}  // namespace

void* FixedBlockAllocator::allocate(size_t bytes, size_t alignment) {
  const auto size_class = alignment == kSmallestAlignment ? class_for(bytes) : std::nullopt;
  void* memory = nullptr;
  if (size_class && first_kept_[*size_class] != nullptr) {
    KeptBlock* block = first_kept_[*size_class];
    first_kept_[*size_class] = block->next;
    --kept_;
    kept_bytes_ -= LinkedListAllocator::size_of(block);
    header_of(block)->state = BlockState::used;
    memory = block;
  } else {
    memory = fallback_.allocate(size_class ? kSizes[*size_class] : bytes, alignment);
  }
  ++(memory != nullptr ? counts_.allocations : counts_.failures);
  if (memory != nullptr) ++counts_.live;
  return memory;
}

void FixedBlockAllocator::release(void* memory) {
  Block* block = header_of(memory);
  if (block->state == BlockState::kept) panic("the block at {} was released twice", memory);
  const auto size_class = class_of(block->bytes);
  if (block->state != BlockState::used || !size_class) {
    fallback_.release(memory);  // panics if it is no block
  } else {
    block->state = BlockState::kept;
    auto* kept = static_cast<KeptBlock*>(memory);
    kept->next = first_kept_[*size_class];
    first_kept_[*size_class] = kept;
    ++kept_;
    kept_bytes_ += block->bytes;
  }
  --counts_.live;
  ++counts_.releases;
}

size_t FixedBlockAllocator::needed_for(size_t bytes, size_t alignment) const {
  const auto size_class = class_for(bytes);
  return fallback_.needed_for(size_class ? kSizes[*size_class] : bytes, alignment);
}

AllocatorStatistics FixedBlockAllocator::statistics() const {
  const AllocatorStatistics below = fallback_.statistics();
  AllocatorStatistics result = counts_;
  result.memory = below.memory;
  result.used = below.used - kept_bytes_;
  result.free = below.free + kept_bytes_;
  result.largest_free = below.largest_free;
  for (size_t i = 0; i < kSizes.size(); ++i)
    if (first_kept_[i] != nullptr) result.largest_free = std::max(result.largest_free, kSizes[i]);
  return result;
}

// Follows no pointer before it is known to be one of a kept block, and none for ever.
Defect FixedBlockAllocator::check() const {
  if (const Defect defect = fallback_.check(); defect.found()) return defect;
  size_t seen = 0;
  for (size_t i = 0; i < kSizes.size(); ++i) {
    for (KeptBlock* kept = first_kept_[i]; kept != nullptr; kept = kept->next) {
      if (!fallback_.contains(kept)) return {"a list of free blocks leads out of the memory", kept};
      if (header_of(kept)->state != BlockState::kept)
        return {"a block in use is in a list of free ones", kept};
      if (class_of(header_of(kept)->bytes) != i) return {"a block is in the list of another size", kept};
      if (++seen > kept_) return {"a list of free blocks runs in a circle", kept};
    }
  }
  if (seen != kept_) return {"a free block is in no list", this};
  if (fallback_.statistics().live != counts_.live + kept_)
    return {"the counters do not fit the blocks", this};
  return {};
}

}  // namespace kernel
