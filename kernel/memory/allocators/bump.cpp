// SPDX-License-Identifier: MIT
#include "memory/allocators/bump.h"

#include "lib/panic.h"

namespace kernel {

void BumpAllocator::extend(std::byte* start, size_t bytes) {
  if (start_ == nullptr) start_ = next_ = start;
  end_ = start + bytes;
  counts_.memory += bytes;
}

void* BumpAllocator::allocate(size_t bytes, size_t alignment) {
  bytes = align_up(bytes, kSmallestAlignment);
  std::byte* memory = align_up(next_, alignment);
  if (memory > end_ || bytes > static_cast<size_t>(end_ - memory)) {
    ++counts_.failures;
    return nullptr;
  }
  next_ = memory + bytes;
  counts_.used += bytes;
  ++counts_.live;
  ++counts_.allocations;
  return memory;
}

void BumpAllocator::release(void* memory) {
  if (memory < start_ || memory >= next_) panic("released {}, but there is no block", memory);
  ++counts_.releases;
  if (--counts_.live > 0) return;
  next_ = start_;
  counts_.used = 0;
}

AllocatorStatistics BumpAllocator::statistics() const {
  AllocatorStatistics result = counts_;
  result.free = result.largest_free = static_cast<size_t>(end_ - next_);
  return result;
}

Defect BumpAllocator::check() const {
  if (next_ < start_ || next_ > end_) return {"the pointer to free memory points somewhere else", next_};
  if ((counts_.live == 0) != (next_ == start_))
    return {"the counter of blocks does not fit the pointer", this};
  return {};
}

}  // namespace kernel
