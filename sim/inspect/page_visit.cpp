// SPDX-License-Identifier: GPL-2.0-or-later
// Source: Intel SDM volume 3A 4.3 to 4.5 (formats of the entries), 4.6 (rights of all levels together).
#include "sim/inspect/page_visit.h"

#include <set>

#include "sim/base/bits.h"

namespace ringside {
namespace {

class Visit {
 public:
  Visit(const CpuState& cpu, const PhysicalMemory& memory, PageVisitor& visitor, std::uint64_t most_entries)
      : cpu_(cpu),
        memory_(memory),
        paging_(paging_mode(cpu)),
        visitor_(visitor),
        most_entries_(most_entries) {}

  PageVisit run() {
    switch (paging_) {
      case PagingMode::none: break;
      case PagingMode::two_level: table(cpu_.cr3 & 0xFFFF'F000, 2, 0, {}); break;
      case PagingMode::pae: table(cpu_.cr3 & 0xFFFF'FFE0, 3, 0, {}); break;
      case PagingMode::four_level:
        table(cpu_.cr3 & bits(~std::uint64_t{0xFFF}, kPhysicalAddressBits - 1, 0), 4, 0, {});
        break;
    }
    return result_;
  }

 private:
  unsigned entry_bytes() const { return paging_ == PagingMode::two_level ? 4 : 8; }
  unsigned index_bits(unsigned level) const {
    if (paging_ == PagingMode::two_level) return 10;
    return paging_ == PagingMode::pae && level == 3 ? 2 : 9;
  }
  unsigned shift(unsigned level) const {
    return 12 + (level - 1) * (paging_ == PagingMode::two_level ? 10 : 9);
  }

  bool may_be_large(unsigned level) const {
    switch (paging_) {
      case PagingMode::two_level: return cpu_.cr4 & cr4::pse;  // without it the PS bit is ignored
      case PagingMode::pae: return level == 2;
      default: return level < 4;
    }
  }

  // False when the bound is reached.
  bool table(std::uint64_t at, unsigned level, std::uint64_t start, PageRights above) {
    const unsigned entries = 1u << index_bits(level);
    for (unsigned i = 0; i < entries; ++i) {
      if (result_.entries_read == most_entries_) return enough();
      ++result_.entries_read;
      PageEntry e{.level = level, .index = i, .at = at + i * entry_bytes()};
      if (!memory_.assigned({e.at}, entry_bytes())) continue;  // reads as ones: reserved bits
      e.value = memory_.read({e.at}, entry_bytes());
      if (!bit(e.value, 0)) continue;
      e.start = start + (std::uint64_t{i} << shift(level));
      if (level == 4 && i >= 256) e.start |= 0xFFFF'0000'0000'0000;  // the upper half, sign-extended
      e.bytes = std::uint64_t{1} << shift(level);
      e.rights = above;
      if (paging_ != PagingMode::pae || level != 3) {
        e.rights.writable = above.writable && bit(e.value, 1);
        e.rights.user = above.user && bit(e.value, 2);
        e.rights.no_execute =
            above.no_execute || (entry_bytes() == 8 && (cpu_.efer & efer::nxe) && bit(e.value, 63));
      }
      if (level == 1 || (bit(e.value, 7) && may_be_large(level))) {
        if (!page(e)) return enough();
        continue;
      }
      e.physical = entry_bytes() == 4 ? e.value & 0xFFFF'F000
                                      : e.value & bits(~std::uint64_t{0xFFF}, kPhysicalAddressBits - 1, 0);
      if (visitor_.enter(e) && !table(e.physical, level - 1, e.start, e.rights)) return false;
    }
    return true;
  }

  bool enough() {
    result_.complete = false;
    return false;
  }

  bool page(PageEntry& e) {
    e.physical = entry_bytes() == 4 ? e.value & 0xFFFF'FFFF : bits(e.value, kPhysicalAddressBits - 1, 0);
    e.physical &= ~(e.bytes - 1);
    // Large pages have reserved bits that decide, and 4 MiB pages keep upper address bits elsewhere: the walk
    // knows.
    if (e.bytes > 4096) {
      const Walk w = walk(cpu_, memory_, {e.start}, {.kind = AccessKind::read, .user = e.rights.user});
      if (w.fault == WalkFault::reserved_bit || w.fault == WalkFault::not_present) return true;
      if (w.ok()) e.physical = w.physical.value;
    }
    return visitor_.page(e);
  }

  const CpuState& cpu_;
  const PhysicalMemory& memory_;
  PagingMode paging_;
  PageVisitor& visitor_;
  std::uint64_t most_entries_;
  PageVisit result_;
};

class Tables : public PageVisitor {
 public:
  bool page(const PageEntry&) override { return true; }
  bool enter(const PageEntry& e) override { return seen.insert(e.physical).second; }
  std::set<std::uint64_t> seen;
};

}  // namespace

PageVisit visit_pages(const CpuState& cpu, const PhysicalMemory& memory, PageVisitor& visitor,
                      std::uint64_t most_entries) {
  return Visit(cpu, memory, visitor, most_entries).run();
}

std::vector<std::uint64_t> page_table_frames(const CpuState& cpu, const PhysicalMemory& memory) {
  constexpr std::uint64_t kMostEntries = 200'000;
  if (paging_mode(cpu) == PagingMode::none) return {};
  Tables tables;
  tables.seen.insert(cpu.cr3 & bits(~std::uint64_t{0xFFF}, kPhysicalAddressBits - 1, 0));
  visit_pages(cpu, memory, tables, kMostEntries);
  return {tables.seen.begin(), tables.seen.end()};
}

}  // namespace ringside
