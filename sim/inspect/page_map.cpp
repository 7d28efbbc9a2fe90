// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "sim/inspect/cells.h"
#include "sim/inspect/frame_map.h"
#include "sim/inspect/page_tables.h"
#include "sim/inspect/page_visit.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

class Ranges : public PageVisitor {
 public:
  explicit Ranges(std::size_t most) : most_(most) {}

  bool page(const PageEntry& e) override {
    const PageRange next{.start = e.start,
                         .bytes = e.bytes,
                         .page_bytes = e.bytes,
                         .physical = e.physical,
                         .writable = e.rights.writable,
                         .user = e.rights.user,
                         .no_execute = e.rights.no_execute,
                         .global = e.global()};
    if (!ranges.empty()) {
      PageRange& last = ranges.back();
      const bool same = last.start + last.bytes == next.start && last.page_bytes == next.page_bytes &&
                        last.writable == next.writable && last.user == next.user &&
                        last.no_execute == next.no_execute && last.global == next.global;
      if (same) {
        last.contiguous = last.contiguous && last.physical + last.bytes == next.physical;
        last.bytes += next.bytes;
        return true;
      }
    }
    if (ranges.size() == most_) return false;
    ranges.push_back(next);
    return true;
  }

  std::vector<PageRange> ranges;

 private:
  std::size_t most_;
};

}  // namespace

PageMap page_map(const CpuState& cpu, const PhysicalMemory& memory, std::uint64_t most_entries,
                 std::size_t most_ranges) {
  Ranges visitor(most_ranges);
  const PageVisit visit = visit_pages(cpu, memory, visitor, most_entries);
  return {std::move(visitor.ranges), visit.complete, visit.entries_read};
}

Table page_map_table(const InspectContext& c) {
  Table t{.name = "pages",
          .title = "What the page tables map",
          .note = {},
          .columns = {{"From", true},
                      {"To", true},
                      {"Size", true},
                      {"Pages", true},
                      {"Rights"},
                      {"Physical", true},
                      {"Remark"}},
          .rows = {}};
  const PagingMode paging = paging_mode(c.cpu);
  if (paging == PagingMode::none) {
    t.note = "Paging is off: every linear address is the physical address.";
    return t;
  }
  const PageMap map = page_map(c.cpu, c.memory);
  const FrameMap frames = frame_map(c);
  const bool wide = paging == PagingMode::four_level;
  std::uint64_t total = 0;
  for (const PageRange& r : map.ranges) {
    total += r.bytes;
    const bool both = r.writable && !r.no_execute;
    std::string rights = fmt::format("{}{}{}{}", r.writable ? "W " : "- ", r.user ? "U " : "- ",
                                     r.no_execute ? "NX" : "X ", r.global ? " G" : "");
    std::string remark = page_owner(c, frames, r.start, r.physical, r.page_bytes);
    const auto add = [&](const char* words) { remark += (remark.empty() ? "" : "; ") + std::string(words); };
    if (!r.contiguous) add("physical pages are scattered");
    if (both) add("writable and executable");
    t.rows.push_back(
        {fmt::format("{:#x}", r.start),
         {linear(r.start, wide), linear(r.start + r.bytes - 1, wide), plain(bytes_words(r.bytes)),
          plain(fmt::format("{} x {}", r.bytes / r.page_bytes, bytes_words(r.page_bytes))),
          plain(std::move(rights)), physical(r.physical), both ? bad(remark) : muted(remark)}});
  }
  t.note = fmt::format(
      "CR3 = {:#x}: {} in {} ranges. W may be written, U open to user code, X executable, G global.",
      c.cpu.cr3, bytes_words(total), map.ranges.size());
  if (!map.complete)
    t.note += fmt::format(" The tables map more than this: looking ended after {} entries.",
                          count_words(map.entries_read));
  return t;
}

}  // namespace ringside
