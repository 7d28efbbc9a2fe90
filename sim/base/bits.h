// SPDX-License-Identifier: GPL-2.0-or-later
// Bits of a register by the numbers a datasheet gives them.
#pragma once

#include <concepts>
#include <cstdint>

namespace ringside {

template <std::unsigned_integral T>
constexpr bool bit(T value, unsigned index) {
  return (value >> index) & 1;
}

// Bits `high` down to `low`, both counted, moved to bit 0.
template <std::unsigned_integral T>
constexpr T bits(T value, unsigned high, unsigned low) {
  return static_cast<T>((value >> low) & ((std::uint64_t{2} << (high - low)) - 1));
}

template <std::unsigned_integral T>
constexpr T with_bit(T value, unsigned index, bool on) {
  const T mask = static_cast<T>(T{1} << index);
  return static_cast<T>(on ? (value | mask) : (value & ~mask));
}

}  // namespace ringside
