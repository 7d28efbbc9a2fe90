// SPDX-License-Identifier: MIT
#include "memory/heap.h"

#include <algorithm>

#include "arch/interrupt_guard.h"
#include "memory/pages.h"

namespace kernel {

constinit Heap heap;

namespace {

constexpr size_t kGrowthBytes = 64 << 10;  // at least so much at a time

// In the order of HeapPolicy.
constexpr std::array<std::string_view, 6> kPolicyNames = {
    BumpAllocator::kName,  LinkedListAllocator::kName, FixedBlockAllocator::kName,
    BuddyAllocator::kName, SlabAllocator::kName,       RedZones<LinkedListAllocator>::kName};

}  // namespace

void Heap::initialize(std::string_view name) {
  for (size_t i = 0; i < kPolicyNames.size(); ++i)
    if (kPolicyNames[i] == name) policy_ = static_cast<HeapPolicy>(i);
}

std::string_view Heap::name() const { return kPolicyNames[static_cast<size_t>(policy_)]; }

void* Heap::allocate(size_t bytes, size_t alignment) {
  if (bytes > kHeapBytes) return nullptr;
  const InterruptGuard guard;
  const auto allocate = [&](auto& allocator) { return allocator.allocate(bytes, alignment); };
  if (void* memory = with(*this, allocate)) return memory;
  const size_t needed = with(*this, [&](auto& allocator) { return allocator.needed_for(bytes, alignment); });
  return grow(needed) ? with(*this, allocate) : nullptr;
}

void Heap::release(void* memory) {
  const InterruptGuard guard;
  with(*this, [&](auto& allocator) { allocator.release(memory); });
}

bool Heap::grow(size_t bytes) {
  bytes = align_up(std::max(bytes, kGrowthBytes), kPageBytes);
  if (end_ + bytes > kHeapBase + kHeapBytes) return false;
  const size_t used = kernel::frames.used();
  if (!map_new_pages(end_, bytes / kPageBytes, FrameUse::heap_page)) return false;
  frames_ += kernel::frames.used() - used;
  with(*this, [&](auto& allocator) { allocator.extend(reinterpret_cast<std::byte*>(end_), bytes); });
  end_ += bytes;
  return true;
}

AllocatorStatistics Heap::statistics() const {
  const InterruptGuard guard;
  return with(*this, [](auto& allocator) { return allocator.statistics(); });
}

Defect Heap::check() const {
  const InterruptGuard guard;
  return with(*this, [](auto& allocator) { return allocator.check(); });
}

}  // namespace kernel
