// SPDX-License-Identifier: MIT
#include "buddy.h"

#include <algorithm>

namespace lab {

unsigned BuddyAllocator::order_for(size_t bytes, size_t alignment) {
  unsigned order = 0;
  while (order < kOrders && bytes_of(order) < std::max(bytes, alignment)) ++order;
  return order;
}

void* BuddyAllocator::allocate(size_t bytes, size_t alignment) {
  const unsigned wanted = order_for(bytes, alignment);
  unsigned order = wanted;
  while (order < kOrders && first_free(order) == nullptr) ++order;
  if (order == kOrders) return nullptr;
  std::byte* block = first_free(order);
  take(block, order);
  while (order > wanted) {  // keep the lower half
    --order;
    put(block + bytes_of(order), order);
  }
  mark_used(block, order);
  ++counts_.live;
  return block;
}

void BuddyAllocator::release(void* memory) {
  auto* block = static_cast<std::byte*>(memory);
  unsigned order = forget(block);
  --counts_.live;
  for (; order + 1 < kOrders; ++order) {
    auto* buddy = reinterpret_cast<std::byte*>(reinterpret_cast<uintptr_t>(block) ^ bytes_of(order));
    if (!is_free(buddy, order)) break;
    take(buddy, order);
    block = std::min(block, buddy);
  }
  put(block, order);
}

}  // namespace lab
