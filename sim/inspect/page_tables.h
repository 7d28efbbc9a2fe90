// SPDX-License-Identifier: GPL-2.0-or-later
// Address translation as tables: the walk of one address, and the map of all that is mapped.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/paging.h"
#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

// One row a level, "PML4" to "PT", the one that failed marked; a last row for the page. The note is the
// sentence.
Table walk_table(const InspectContext&, VirtAddr address, Access access);

// Neighbouring pages of one size with the same rights.
struct PageRange {
  std::uint64_t start = 0;  // linear
  std::uint64_t bytes = 0;  // 2^48 at most
  std::uint64_t page_bytes = 0;
  std::uint64_t physical = 0;  // of the first page
  bool contiguous = true;      // physical memory in one piece as well
  bool writable = false, user = false, no_execute = false, global = false;  // as all levels together say
};
struct PageMap {
  std::vector<PageRange> ranges;  // by address
  bool complete = true;           // false: the tables map more than was looked at
  std::uint64_t entries_read = 0;
};
// A guest can make a few pages of tables map 256 TiB page by page (a table that is its own entry), so the
// work is bounded: at most `most_entries` are read and `most_ranges` kept.
PageMap page_map(const CpuState&, const PhysicalMemory&, std::uint64_t most_entries = 1'000'000,
                 std::size_t most_ranges = 4096);

Table page_map_table(const InspectContext&);

}  // namespace ringside
