// SPDX-License-Identifier: MIT
#include "memory/heap.h"

#include <algorithm>

#include "arch/interrupt_guard.h"
#include "memory/pages.h"

namespace kernel {

constinit Heap heap;

namespace {
constexpr size_t kGrowthBytes = 64 << 10;  // at least so much at a time
}

void Heap::initialize(std::string_view) {}

std::string_view Heap::name() const { return list_.kName; }

void* Heap::allocate(size_t bytes, size_t alignment) {
  if (bytes > kHeapBytes) return nullptr;
  const InterruptGuard guard;
  if (void* memory = list_.allocate(bytes, alignment)) return memory;
  return grow(list_.needed_for(bytes, alignment)) ? list_.allocate(bytes, alignment) : nullptr;
}

void Heap::release(void* memory) {
  const InterruptGuard guard;
  list_.release(memory);
}

bool Heap::grow(size_t bytes) {
  bytes = align_up(std::max(bytes, kGrowthBytes), kPageBytes);
  if (end_ + bytes > kHeapBase + kHeapBytes) return false;
  const size_t used = kernel::frames.used();
  if (!map_new_pages(end_, bytes / kPageBytes, FrameUse::heap_page)) return false;
  frames_ += kernel::frames.used() - used;
  list_.extend(reinterpret_cast<std::byte*>(end_), bytes);
  end_ += bytes;
  return true;
}

AllocatorStatistics Heap::statistics() const {
  const InterruptGuard guard;
  return list_.statistics();
}

Defect Heap::check() const {
  const InterruptGuard guard;
  return list_.check();
}

}  // namespace kernel
