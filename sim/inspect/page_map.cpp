// SPDX-License-Identifier: GPL-2.0-or-later
// Source: Intel SDM volume 3A 4.3 to 4.5 (formats of the entries), 4.6 (rights of all levels together).
#include <algorithm>

#include "sim/base/bits.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/page_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

struct Rights {
  bool writable = true, user = true, no_execute = false;
};

class Mapper {
 public:
  Mapper(const CpuState& cpu, const PhysicalMemory& memory, std::uint64_t most_entries,
         std::size_t most_ranges)
      : cpu_(cpu),
        memory_(memory),
        paging_(paging_mode(cpu)),
        most_entries_(most_entries),
        most_ranges_(most_ranges) {}

  PageMap run() {
    switch (paging_) {
      case PagingMode::none: break;
      case PagingMode::two_level: table(cpu_.cr3 & 0xFFFF'F000, 2, 0, {}); break;
      case PagingMode::pae: table(cpu_.cr3 & 0xFFFF'FFE0, 3, 0, {}); break;
      case PagingMode::four_level:
        table(cpu_.cr3 & bits(~std::uint64_t{0xFFF}, kPhysicalAddressBits - 1, 0), 4, 0, {});
        break;
    }
    return std::move(map_);
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
  bool table(std::uint64_t at, unsigned level, std::uint64_t start, Rights above) {
    const unsigned entries = 1u << index_bits(level);
    for (unsigned i = 0; i < entries; ++i) {
      if (map_.entries_read == most_entries_) {
        map_.complete = false;
        return false;
      }
      ++map_.entries_read;
      if (!memory_.assigned({at + i * entry_bytes()}, entry_bytes()))
        continue;  // reads as ones: reserved bits
      const std::uint64_t entry = memory_.read({at + i * entry_bytes()}, entry_bytes());
      if (!bit(entry, 0)) continue;
      std::uint64_t address = start + (std::uint64_t{i} << shift(level));
      if (level == 4 && i >= 256) address |= 0xFFFF'0000'0000'0000;  // the upper half, sign-extended

      const bool large = level > 1 && bit(entry, 7) && may_be_large(level);
      Rights rights = above;
      if (paging_ != PagingMode::pae || level != 3) {
        rights.writable = above.writable && bit(entry, 1);
        rights.user = above.user && bit(entry, 2);
        rights.no_execute =
            above.no_execute || (entry_bytes() == 8 && (cpu_.efer & efer::nxe) && bit(entry, 63));
      }
      if (level == 1 || large) {
        if (!page(address, std::uint64_t{1} << shift(level), entry, rights)) return false;
        continue;
      }
      const std::uint64_t next = entry_bytes() == 4
                                     ? entry & 0xFFFF'F000
                                     : entry & bits(~std::uint64_t{0xFFF}, kPhysicalAddressBits - 1, 0);
      if (!table(next, level - 1, address, rights)) return false;
    }
    return true;
  }

  bool page(std::uint64_t address, std::uint64_t bytes, std::uint64_t entry, Rights rights) {
    std::uint64_t physical =
        entry_bytes() == 4 ? entry & 0xFFFF'FFFF : bits(entry, kPhysicalAddressBits - 1, 0);
    physical &= ~(bytes - 1);
    // Large pages have reserved bits that decide, and 4 MiB pages keep upper address bits elsewhere: the walk
    // knows.
    if (bytes > 4096) {
      const Walk w = walk(cpu_, memory_, {address}, {.kind = AccessKind::read, .user = rights.user});
      if (w.fault == WalkFault::reserved_bit || w.fault == WalkFault::not_present) return true;
      if (w.ok()) physical = w.physical.value;
    }
    const PageRange next{.start = address,
                         .bytes = bytes,
                         .page_bytes = bytes,
                         .physical = physical,
                         .writable = rights.writable,
                         .user = rights.user,
                         .no_execute = rights.no_execute,
                         .global = bit(entry, 8)};
    if (!map_.ranges.empty()) {
      PageRange& last = map_.ranges.back();
      const bool same = last.start + last.bytes == next.start && last.page_bytes == next.page_bytes &&
                        last.writable == next.writable && last.user == next.user &&
                        last.no_execute == next.no_execute && last.global == next.global;
      if (same) {
        last.contiguous = last.contiguous && last.physical + last.bytes == physical;
        last.bytes += bytes;
        return true;
      }
    }
    if (map_.ranges.size() == most_ranges_) {
      map_.complete = false;
      return false;
    }
    map_.ranges.push_back(next);
    return true;
  }

  const CpuState& cpu_;
  const PhysicalMemory& memory_;
  PagingMode paging_;
  std::uint64_t most_entries_;
  std::size_t most_ranges_;
  PageMap map_;
};

}  // namespace

PageMap page_map(const CpuState& cpu, const PhysicalMemory& memory, std::uint64_t most_entries,
                 std::size_t most_ranges) {
  return Mapper(cpu, memory, most_entries, most_ranges).run();
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
  const bool wide = paging == PagingMode::four_level;
  std::uint64_t total = 0;
  for (const PageRange& r : map.ranges) {
    total += r.bytes;
    const bool both = r.writable && !r.no_execute;
    std::string rights = fmt::format("{}{}{}{}", r.writable ? "W " : "- ", r.user ? "U " : "- ",
                                     r.no_execute ? "NX" : "X ", r.global ? " G" : "");
    std::string remark = r.contiguous ? "" : "physical pages are scattered";
    if (both) remark = std::string(remark.empty() ? "" : remark + "; ") + "writable and executable";
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
