// SPDX-License-Identifier: MIT
#include "bump.h"

namespace lab {

void* BumpAllocator::allocate(size_t bytes, size_t alignment) {
  std::byte* memory = align_up(next_, alignment);
  if (memory > end_ || bytes > static_cast<size_t>(end_ - memory)) return nullptr;
  next_ = memory + bytes;
  ++counts_.live;
  return memory;
}

void BumpAllocator::release(void*) {
  if (--counts_.live == 0) next_ = start_;
}

}  // namespace lab
