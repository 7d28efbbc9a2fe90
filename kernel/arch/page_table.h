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

enum class PageFlag : uint64_t {
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

// Any number of them: PageFlag::writable | PageFlag::no_execute.
class PageFlags {
 public:
  constexpr PageFlags() = default;
  constexpr PageFlags(PageFlag flag) : bits_(static_cast<uint64_t>(flag)) {}
  constexpr bool has(PageFlag flag) const { return bits_ & static_cast<uint64_t>(flag); }
  constexpr uint64_t bits() const { return bits_; }
  constexpr PageFlags operator|(PageFlags other) const { return PageFlags(bits_ | other.bits_); }
  constexpr PageFlags without(PageFlag flag) const { return PageFlags(bits_ & ~static_cast<uint64_t>(flag)); }
  constexpr bool operator==(const PageFlags&) const = default;

 private:
  friend class PageTableEntry;
  constexpr explicit PageFlags(uint64_t bits) : bits_(bits) {}
  uint64_t bits_ = 0;
};
constexpr PageFlags operator|(PageFlag left, PageFlag right) { return PageFlags(left) | right; }

class PageTableEntry {
 public:
  constexpr PageTableEntry() = default;
  constexpr PageTableEntry(PhysicalAddress target, PageFlags flags) : bits_(target.value() | flags.bits()) {}

  constexpr bool has(PageFlag flag) const { return bits_ & static_cast<uint64_t>(flag); }
  constexpr bool is_present() const { return has(PageFlag::present); }
  constexpr PageFlags flags() const { return PageFlags(bits_ & ~kTargetMask); }
  constexpr PhysicalAddress target() const { return PhysicalAddress(bits_ & kTargetMask); }
  constexpr uint64_t bits() const { return bits_; }

 private:
  static constexpr uint64_t kTargetMask = 0x000ffffffffff000;
  uint64_t bits_ = 0;
};
static_assert(sizeof(PageTableEntry) == 8);

struct alignas(4096) PageTable {
  std::array<PageTableEntry, 512> entries{};

  bool is_empty() const {
    for (const PageTableEntry& entry : entries)
      if (entry.is_present()) return false;
    return true;
  }
};
static_assert(sizeof(PageTable) == 4096);

// A size is named by the level of the table whose entry maps the page.
enum class PageSize : uint8_t { kib_4 = 1, mib_2 = 2, gib_1 = 3 };

constexpr uint64_t bytes_of(PageSize size) {
  return uint64_t{1} << (12 + 9 * (static_cast<unsigned>(size) - 1));
}
static_assert(bytes_of(PageSize::kib_4) == 4096 && bytes_of(PageSize::mib_2) == 2 << 20 &&
              bytes_of(PageSize::gib_1) == 1 << 30);

}  // namespace kernel
