// SPDX-License-Identifier: GPL-2.0-or-later
// Which pages of RAM hold paging structures that the processor uses now.
//
// A TLB may keep what a table said before a store changed it. Which old entries are still there is a matter
// of chance on a real processor, and would be one of how a run is cut here. So a store to a paging structure
// empties the TLBs, as if INVLPG followed for all that it maps: what a run computes depends on the guest
// alone.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/paging.h"
#include "sim/cpu/written_pages.h"

namespace ringside {

class TablePages {
 public:
  // The processor itself sets accessed and dirty bits in tables: those that come and go are noted in
  // `written`.
  TablePages(const PhysicalMemory& memory, WrittenPages& written);

  // As of these control registers and what was stored since: all tables are looked for only where the
  // registers name others than the last time.
  void follow(const CpuState& paging);
  void look_again();  // at what was stored alone, under the control registers of the last follow()
  void forget();      // memory was replaced

  // Whether any of these bytes lies on such a page.
  bool hold(PhysAddr address, std::uint64_t length = 1) const;
  std::span<const std::uint32_t> pages() const { return pages_; }
  bool too_many() const { return too_many_; }  // there were more tables than are watched
  // These bytes are being stored to: follow() will find the tables that the entries there name then.
  void written(PhysAddr address, std::uint64_t length) { stores_.push_back({address, length}); }

 private:
  struct Store {
    PhysAddr address;
    std::uint64_t length;
  };
  void look_at(const Store& store);
  void add(std::uint64_t table, unsigned level);
  void add_children(std::uint64_t from, std::uint64_t to, unsigned level);

  const PhysicalMemory& memory_;
  WrittenPages& written_;
  CpuState paging_;  // control registers as of the last follow()
  PagingMode mode_ = PagingMode::none;
  std::vector<std::uint8_t> levels_;  // of each page of RAM: bit n = it is a table of level n
  std::vector<std::uint32_t> pages_;  // those that are not 0
  std::vector<Store> stores_;         // since the last follow()
  bool too_many_ = false;
};

}  // namespace ringside
