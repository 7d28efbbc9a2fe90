// SPDX-License-Identifier: MIT
#include "heap.h"

#include <algorithm>

#include "arch/interrupt_guard.h"
#include "memory/mapper.h"

namespace lab {

constinit Heap heap;

namespace {

using namespace kernel;

VirtualAddress page_at(uint64_t address, size_t number) {
  return *VirtualAddress::from(address + number * kernel::kPageBytes);
}

bool map_page(VirtualAddress page) {
  const auto frame = frames.allocate(FrameUse::heap_page);
  if (!frame) return false;
  if (kernel_mapper.map(page, *frame, PageFlag::writable | PageFlag::no_execute)) return true;
  frames.release(*frame);
  return false;
}

void unmap_pages(uint64_t address, size_t pages) {
  for (size_t i = 0; i < pages; ++i)
    if (const auto frame = kernel_mapper.unmap(page_at(address, i))) frames.release(*frame);
}

}  // namespace

bool map_pages(uint64_t address, size_t pages) {
  for (size_t i = 0; i < pages; ++i) {
    if (map_page(page_at(address, i))) continue;
    unmap_pages(address, i);
    return false;
  }
  return true;
}

bool Heap::grow(size_t bytes) {
  bytes = align_up(std::max(bytes, kGrowthBytes), lab::kPageBytes);
  if (bytes > kHeapStart + kMostHeapBytes - end_) return false;
  if (!map_pages(end_, bytes / lab::kPageBytes)) return false;
  list_.extend(reinterpret_cast<std::byte*>(end_), bytes);
  end_ += bytes;
  return true;
}

void* Heap::allocate(size_t bytes, size_t alignment) {
  if (bytes > kMostHeapBytes) return nullptr;  // what rounds it up would begin at 0 again
  const InterruptGuard guard;
  if (void* memory = list_.allocate(bytes, alignment)) return memory;
  return grow(list_.needed_for(bytes, alignment)) ? list_.allocate(bytes, alignment) : nullptr;
}

void Heap::release(void* memory) {
  const InterruptGuard guard;
  list_.release(memory);
}

}  // namespace lab
