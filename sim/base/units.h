// SPDX-License-Identifier: GPL-2.0-or-later
// Units of the machine as types of their own, so that a physical address is never passed where a virtual one
// is meant. Each is one integer and costs nothing.
#pragma once

#include <compare>
#include <cstdint>

namespace ringside {

// Machine time. One tick is one nanosecond of machine time and one step of the CPU: an instruction, or the
// acceptance of an interrupt. A halted CPU lets ticks pass without steps.
using Ticks = std::uint64_t;
inline constexpr Ticks kTicksPerSecond = 1'000'000'000;
inline constexpr Ticks kNever = ~Ticks{0};

struct PhysAddr {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const PhysAddr&) const = default;
  constexpr PhysAddr operator+(std::uint64_t offset) const { return {value + offset}; }
};

struct VirtAddr {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const VirtAddr&) const = default;
  constexpr VirtAddr operator+(std::uint64_t offset) const { return {value + offset}; }
};

}  // namespace ringside
