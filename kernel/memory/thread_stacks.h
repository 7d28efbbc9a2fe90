// SPDX-License-Identifier: MIT
//
// Stacks made while the kernel runs. The region is divided into slots of equal size; the lowest page of a
// slot is never mapped, and neither is what its stack does not need:
//
//   slot   | guard page | mapped pages of the stack | not mapped ... |
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "memory/stacks.h"

namespace kernel {

struct KernelStack {
  uint64_t bottom = 0;  // lowest address that is mapped; the page below is the guard page
  uint64_t top = 0;     // one past the highest: RSP starts here
  size_t pages = 0;
};

class ThreadStacks {
 public:
  static constexpr size_t kSlots = 128;
  static constexpr size_t kSlotPages = 64;
  static constexpr size_t kMostPages = kSlotPages - 1;

  // A stack filled with zeros. None if memory or slots are used up. `name` is shown when the guard page is
  // hit; the text must live as long as the stack. REQUIRES: 1 to kMostPages pages.
  std::optional<KernelStack> allocate(size_t pages, std::string_view name);

  // REQUIRES: `stack` comes from allocate(), and nobody runs on it any more.
  void free(const KernelStack& stack);

  // The stack whose slot has the address. None if nobody uses the slot, or the address lies in no slot.
  std::optional<NamedStack> find(uint64_t address) const;

  size_t count() const { return count_; }

 private:
  struct Slot {
    std::string_view name;
    size_t pages = 0;  // 0: not in use
  };
  static uint64_t address_of(size_t slot) { return kThreadStacksBase + slot * kSlotPages * kPageBytes; }

  std::array<Slot, kSlots> slots_{};
  size_t count_ = 0;  // slots in use
};

extern ThreadStacks thread_stacks;

inline std::optional<KernelStack> allocate_stack(size_t pages, std::string_view name = "thread's") {
  return thread_stacks.allocate(pages, name);
}
inline void free_stack(const KernelStack& stack) { thread_stacks.free(stack); }

}  // namespace kernel
