// SPDX-License-Identifier: MIT
//
// Two kinds of addresses that must never be mixed up, and neither of which can hold an impossible value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace kernel {

// What goes out on the address bus: at most 52 bits (Intel SDM vol. 3, 4.1.4).
class PhysicalAddress {
 public:
  static constexpr unsigned kBits = 52;

  // REQUIRES: no bit above kBits.
  constexpr explicit PhysicalAddress(uint64_t value) : value_(value & ((uint64_t{1} << kBits) - 1)) {}
  constexpr uint64_t value() const { return value_; }
  constexpr PhysicalAddress operator+(uint64_t bytes) const { return PhysicalAddress(value_ + bytes); }
  constexpr auto operator<=>(const PhysicalAddress&) const = default;

 private:
  uint64_t value_;
};

// What instructions use. With four levels of page tables 48 bits count, and bits 63 to 48 must repeat bit 47:
// the address is then called canonical (Intel SDM vol. 1, 3.3.7.1).
class VirtualAddress {
 public:
  static constexpr bool is_canonical(uint64_t value) {
    const int64_t upper = static_cast<int64_t>(value) >> 47;
    return upper == 0 || upper == -1;
  }

  // None if the CPU would refuse it.
  static constexpr std::optional<VirtualAddress> from(uint64_t value) {
    if (!is_canonical(value)) return std::nullopt;
    return VirtualAddress(value);
  }
  static VirtualAddress of(const volatile void* pointer) {
    return VirtualAddress(reinterpret_cast<uint64_t>(pointer));
  }

  constexpr uint64_t value() const { return value_; }
  constexpr uint64_t page_offset() const { return value_ & 0xfff; }

  // Nine bits that select the entry in the page table of a level: 4 = top, 1 = the table of 4 KiB pages.
  constexpr unsigned table_index(unsigned level) const { return value_ >> (12 + 9 * (level - 1)) & 0x1ff; }
  constexpr auto operator<=>(const VirtualAddress&) const = default;

 private:
  constexpr explicit VirtualAddress(uint64_t value) : value_(value) {}
  uint64_t value_;
};

}  // namespace kernel
