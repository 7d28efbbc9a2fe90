// SPDX-License-Identifier: MIT
//
// Page tables of long mode: four levels of 512 entries of 8 bytes (Intel SDM vol. 3, 4.5).
//
//   virtual address   47..39   38..30   29..21   20..12   11..0
//                     level 4  level 3  level 2  level 1  offset in the page
//
// An entry of level 3 or 2 with `large` set ends the walk early: a page of 1 GiB or 2 MiB.
#pragma once

#include <array>
#include <cstdint>

#include "arch/address.h"

namespace kernel {

class PageTableEntry {
 public:
  enum Flag : uint64_t {
    present = 1 << 0,  // without it the CPU looks at nothing else
    writable = 1 << 1,
    user = 1 << 2,  // ring 3 may use it
    write_through = 1 << 3,
    cache_disabled = 1 << 4,
    accessed = 1 << 5,  // set by the CPU at the first use
    dirty = 1 << 6,     // set by the CPU at the first write
    large = 1 << 7,
    global = 1 << 8,  // survives a write to CR3
    no_execute = uint64_t{1} << 63,
  };

  constexpr PageTableEntry() = default;
  constexpr PageTableEntry(PhysicalAddress target, uint64_t flags) : bits_(target.value() | flags) {}

  constexpr bool has(Flag flag) const { return bits_ & flag; }
  constexpr PhysicalAddress target() const { return PhysicalAddress(bits_ & kTargetMask); }
  constexpr uint64_t bits() const { return bits_; }

 private:
  static constexpr uint64_t kTargetMask = 0x000ffffffffff000;
  uint64_t bits_ = 0;
};
static_assert(sizeof(PageTableEntry) == 8);

struct alignas(4096) PageTable {
  std::array<PageTableEntry, 512> entries{};
};
static_assert(sizeof(PageTable) == 4096);

constexpr uint64_t kLargePageBytes = 2 << 20;

}  // namespace kernel
