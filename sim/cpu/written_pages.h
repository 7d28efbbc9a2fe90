// SPDX-License-Identifier: GPL-2.0-or-later
// Which pages of RAM may have been written since the last look: what a checkpoint has to keep.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/base/units.h"

namespace ringside {

inline constexpr std::uint64_t kRamPageBytes = 4096;

class WrittenPages {
 public:
  explicit WrittenPages(std::uint64_t ram_bytes) : is_written_(ram_bytes / kRamPageBytes) {}

  void add_page(std::uint64_t page) {
    if (page >= is_written_.size() || is_written_[page]) return;
    is_written_[page] = true;
    pages_.push_back(static_cast<std::uint32_t>(page));
  }
  void add(PhysAddr address, std::uint64_t length) {
    if (length == 0) return;
    const std::uint64_t last = (address.value + length - 1) / kRamPageBytes;
    for (std::uint64_t page = address.value / kRamPageBytes; page <= last && page < is_written_.size();
         ++page)
      add_page(page);
  }
  std::span<const std::uint32_t> pages() const { return pages_; }  // in the order of their first write
  std::uint64_t pages_of_ram() const { return is_written_.size(); }
  void clear() {
    for (const std::uint32_t page : pages_) is_written_[page] = false;
    pages_.clear();
  }

 private:
  std::vector<char> is_written_;
  std::vector<std::uint32_t> pages_;
};

}  // namespace ringside
