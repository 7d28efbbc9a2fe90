// SPDX-License-Identifier: MIT
#include "memory/pages.h"

#include "arch/interrupt_guard.h"
#include "lib/panic.h"
#include "memory/mapper.h"

namespace kernel {
namespace {

VirtualAddress page_at(uint64_t address, size_t number) {
  return *VirtualAddress::from(address + number * kPageBytes);
}

bool map_new_page(VirtualAddress page, FrameUse use) {
  const auto frame = frames.allocate(use);
  if (!frame) return false;
  const auto mapped = kernel_mapper.map(page, *frame, PageFlag::writable | PageFlag::no_execute);
  if (mapped) return true;
  frames.release(*frame);
  if (mapped.error() != MapError::no_frame) panic("cannot map {}: {}", page, to_text(mapped.error()));
  return false;
}

}  // namespace

bool map_new_pages(uint64_t address, size_t pages, FrameUse use) {
  const InterruptGuard guard;
  for (size_t i = 0; i < pages; ++i) {
    if (map_new_page(page_at(address, i), use)) continue;
    unmap_and_release_pages(address, i);
    return false;
  }
  return true;
}

void unmap_and_release_pages(uint64_t address, size_t pages) {
  const InterruptGuard guard;
  for (size_t i = 0; i < pages; ++i) {
    const VirtualAddress page = page_at(address, i);
    const auto frame = kernel_mapper.unmap(page);
    if (!frame) panic("cannot unmap {}: {}", page, to_text(frame.error()));
    frames.release(*frame);
  }
}

}  // namespace kernel
