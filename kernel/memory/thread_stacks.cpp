// SPDX-License-Identifier: MIT
#include "memory/thread_stacks.h"

#include <cstring>

#include "arch/interrupt_guard.h"
#include "lib/panic.h"
#include "memory/pages.h"

namespace kernel {

constinit ThreadStacks thread_stacks;

std::optional<KernelStack> ThreadStacks::allocate(size_t pages, std::string_view name) {
  if (pages == 0 || pages > kMostPages)
    panic("a stack has 1 to {} pages, {} were asked for", kMostPages, pages);
  const InterruptGuard guard;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    if (slots_[slot].pages != 0) continue;
    const uint64_t bottom = address_of(slot) + kPageBytes;
    if (!map_new_pages(bottom, pages, FrameUse::stack_page)) return std::nullopt;
    memset(reinterpret_cast<void*>(bottom), 0, pages * kPageBytes);
    slots_[slot] = {name, pages};
    ++count_;
    return KernelStack{bottom, bottom + pages * kPageBytes, pages};
  }
  return std::nullopt;
}

void ThreadStacks::free(const KernelStack& stack) {
  const InterruptGuard guard;
  const size_t slot = (stack.bottom - kThreadStacksBase) / (kSlotPages * kPageBytes);
  if (slot >= kSlots || stack.bottom != address_of(slot) + kPageBytes || slots_[slot].pages != stack.pages ||
      stack.pages == 0)
    panic("there is no stack of {} pages at {:#x} to free", stack.pages, stack.bottom);
  unmap_and_release_pages(stack.bottom, stack.pages);
  slots_[slot] = {};
  --count_;
}

std::optional<NamedStack> ThreadStacks::find(uint64_t address) const {
  if (address < kThreadStacksBase) return std::nullopt;
  const size_t slot = (address - kThreadStacksBase) / (kSlotPages * kPageBytes);
  if (slot >= kSlots || slots_[slot].pages == 0) return std::nullopt;
  const uint64_t guard = address_of(slot), top = guard + (1 + slots_[slot].pages) * kPageBytes;
  if (address >= top) return std::nullopt;
  return NamedStack{slots_[slot].name, guard, top};
}

}  // namespace kernel
