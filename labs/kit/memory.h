// SPDX-License-Identifier: GPL-2.0-or-later
// Physical memory, page tables and the TLB, for the labs about memory.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "labs/kit/matchers.h"
#include "labs/kit/pc.h"
#include "sim/cpu/paging.h"

namespace ringside::labs {

// 1 to 8 bytes of physical memory, little endian.
std::uint64_t read_physical(const Pc& pc, std::uint64_t physical, unsigned bytes = 8);
void write_physical(Pc& pc, std::uint64_t physical, std::uint64_t value, unsigned bytes = 8);
// The same by linear address, through the tables of the moment; for variables of the kernel.
void write_linear(Pc& pc, std::uint64_t linear, std::uint64_t value, unsigned bytes = 8);

// Bits of an entry of a page table (Intel SDM volume 3A 4.5).
inline constexpr std::uint64_t kPresent = 1 << 0, kWritable = 1 << 1, kForUser = 1 << 2, kLargePage = 1 << 7,
                               kNoExecute = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kEntryAddress = 0x000F'FFFF'FFFF'F000;

// Where the processor's tables lead from this address.
Walk walk_of(const Pc& pc, std::uint64_t linear, Access access = {});

// The number of the entry in the table of this level (4 = top) that translates the address.
constexpr unsigned index_at(std::uint64_t linear, unsigned level) {
  return static_cast<unsigned>(linear >> (12 + 9 * (level - 1)) & 0x1FF);
}
// `base` with another index into the table of a level (4 = top), and canonical again: with_index(0, 3, 5) is
// 5 GiB.
std::uint64_t with_index(std::uint64_t base, unsigned level, std::uint64_t index);

// Makes `entry` the one that the walk of this address comes to at this level, in the tables of CR3. Missing
// tables on the way are made in memory that `new_table` names, which is zero; rights[n] are those of an entry
// of level n that leads to one.
inline constexpr std::uint64_t kTableOfAll = kPresent | kWritable | kForUser;  // the page's own entry decides
void set_entry(Pc& pc, std::uint64_t linear, unsigned level, std::uint64_t entry,
               const std::function<std::uint64_t()>& new_table,
               const std::array<std::uint64_t, 5>& rights = {kTableOfAll, kTableOfAll, kTableOfAll,
                                                             kTableOfAll, kTableOfAll});

// An instruction that makes the processor forget translations: INVLPG for those of one page, or a write to
// CR3 for all that are not global. It has not run yet.
struct Flush {
  bool everything = false;
  std::uint64_t address = 0;  // INVLPG's, linear
  Instant at;
  bool covers(std::uint64_t linear) const { return everything || address >> 12 == linear >> 12; }
};
// Calls a function as Pc::call() does and looks at each such instruction of the image's .text before it runs.
Returned call_looking_at_flushes(Pc& pc, std::string_view function, std::vector<std::uint64_t> arguments,
                                 std::function<void(const Flush&)> look);

// W^X: none of the pages that the processor's tables map may be both written and executed.
OfPc NoWritableCode();

}  // namespace ringside::labs
