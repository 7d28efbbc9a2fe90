// SPDX-License-Identifier: GPL-2.0-or-later
// The page tables from the first entry to the last, whatever their number of levels. Private to this layer.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/cpu_state.h"
#include "sim/cpu/paging.h"
#include "sim/cpu/physical_memory.h"

namespace ringside {

struct PageRights {
  bool writable = true, user = true, no_execute = false;
  bool operator==(const PageRights&) const = default;
};

// A present entry: of a table, or of a page.
struct PageEntry {
  unsigned level = 0, index = 0;
  std::uint64_t at = 0, value = 0;     // physical address of the entry; what it holds
  std::uint64_t start = 0, bytes = 0;  // linear addresses that it is about
  std::uint64_t physical = 0;          // of the next table, or of the page
  PageRights rights;                   // as all levels down to this one say together
  bool global() const { return value >> 8 & 1; }
};

class PageVisitor {
 public:
  virtual ~PageVisitor() = default;
  virtual bool page(const PageEntry&) = 0;               // false: that is enough
  virtual bool enter(const PageEntry&) { return true; }  // a table; false: not into this one
};

struct PageVisit {
  bool complete = true;  // false: the visitor had enough, or `most_entries` were read
  std::uint64_t entries_read = 0;
};
PageVisit visit_pages(const CpuState&, const PhysicalMemory&, PageVisitor&, std::uint64_t most_entries);

// Physical addresses of the tables that CR3 leads to, each once, itself included.
std::vector<std::uint64_t> page_table_frames(const CpuState&, const PhysicalMemory&);

}  // namespace ringside
