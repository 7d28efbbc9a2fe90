// SPDX-License-Identifier: MIT
#include "blocks.h"

namespace lab {
namespace {

constexpr auto& kSizes = FixedBlockAllocator::kSizes;

// The smallest size that has room for `bytes`; kSizes.size(): none has.
size_t class_for(size_t bytes) {
  size_t i = 0;
  while (i < kSizes.size() && kSizes[i] < bytes) ++i;
  return i;
}

// The largest size that fits into a block: the linked list rounds up where the rest is too small to be one.
size_t class_of(size_t bytes) {
  size_t i = kSizes.size() - 1;
  while (kSizes[i] > bytes) --i;
  return i;
}

}  // namespace

void* FixedBlockAllocator::allocate(size_t bytes) {
  const size_t size_class = class_for(bytes);
  const bool fixed = size_class < kSizes.size();
  void* memory = fixed ? first_kept_[size_class] : nullptr;
  if (memory != nullptr) {
    first_kept_[size_class] = first_kept_[size_class]->next;
    header_of(memory)->state = BlockState::used;
  } else {
    memory = fallback_.allocate(fixed ? kSizes[size_class] : bytes, kSmallestAlignment);
  }
  if (memory != nullptr) ++counts_.live;
  return memory;
}

void FixedBlockAllocator::release(void* memory) {
  --counts_.live;
  Block* block = header_of(memory);
  if (block->bytes > kSizes.back()) return fallback_.release(memory);
  const size_t size_class = class_of(block->bytes);
  auto* kept = static_cast<KeptBlock*>(memory);
  kept->next = first_kept_[size_class];
  first_kept_[size_class] = kept;
  block->state = BlockState::kept;
}

}  // namespace lab
