// SPDX-License-Identifier: GPL-2.0-or-later
// Address translation as tables: the walk of one address, and the map of all that is mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
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

// An entry that leads to a table, or some entries in a row of one table that lead to pages with the same
// rights.
struct PageNode {
  unsigned depth = 0;  // 0: of the table that CR3 leads to
  bool table = false;
  unsigned level = 0, first = 0, last = 0;  // the entries' numbers in their table
  std::uint64_t start = 0, bytes = 0;       // linear addresses that they are about
  std::uint64_t entry_at = 0, entry = 0;    // the first one's physical address, and what it holds
  std::uint64_t physical = 0;               // of the next table, or of the first page
  std::uint64_t page_bytes = 0;
  std::uint64_t mapped = 0;  // bytes of pages, in a table of all pages below it
  bool contiguous = true;    // the pages' memory is in one piece as well
  bool writable = false, user = false, no_execute = false, global = false;  // as all levels together say
  bool writable_code = false;  // pages that may be written and executed; in a table: below it
  std::string region;          // whose memory it shows, as far as is known
  std::size_t end = 0;         // the index behind the last node below this one
};
struct PageTree {
  PagingMode paging = PagingMode::none;
  std::uint64_t cr3 = 0;
  std::vector<PageNode> nodes;  // a table before what is below it
  bool complete = true;
};
PageTree page_tree(const InspectContext&, std::uint64_t most_entries = 1'000'000,
                   std::size_t most_nodes = 4000);
std::string entry_words(const PageTree&, const PageNode&);  // "PD[3]", "PT[16-31]"
std::string maps_words(const PageNode&);                    // "16 x 4 KiB"; of a table "64 KiB"
std::string page_rights_words(const PageNode&);             // "W - NX G"
std::string remark_words(const PageNode&);

Table page_tree_table(const InspectContext&);

}  // namespace ringside
