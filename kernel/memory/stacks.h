// SPDX-License-Identifier: MIT
//
// Stacks with a page below them that is not mapped. A stack that grows too far then hits a page fault at
// once, instead of quietly writing over its neighbour.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "memory/layout.h"

namespace kernel {

template <size_t bytes>
struct alignas(kPageBytes) GuardedStack {
  static_assert(bytes % kPageBytes == 0);
  std::array<std::byte, kPageBytes> guard;
  std::array<std::byte, bytes> memory;

  // Where RSP starts. The last two words stay free: a handler that takes a frame for one word longer than it
  // is, as happens when a device interrupt arrives at the vector of a double fault, still reads its own
  // stack.
  uint64_t top() const { return reinterpret_cast<uint64_t>(this + 1) - 16; }
};

using InterruptStackMemory = GuardedStack<8192>;
extern InterruptStackMemory double_fault_stack, nmi_stack, machine_check_stack;

struct NamedStack {
  std::string_view name;
  uint64_t guard;  // address of the guard page
  uint64_t top;
  bool in_guard_page(uint64_t address) const { return address >= guard && address < guard + kPageBytes; }
};

// Every stack that lies in the image.
std::array<NamedStack, 4> all_stacks();

// The stack that has the address, in its guard page or above: one of these, or one of a thread.
std::optional<NamedStack> find_stack(uint64_t address);

}  // namespace kernel
