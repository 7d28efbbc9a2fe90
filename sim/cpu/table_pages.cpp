// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/table_pages.h"

#include <algorithm>

namespace ringside {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
// So many tables map 2 GiB by small pages. What a guest has beyond that is not watched, and costs no time.
constexpr std::size_t kMostPages = 1024;

unsigned top_level(PagingMode mode) {
  switch (mode) {
    case PagingMode::none: return 0;
    case PagingMode::two_level: return 2;
    case PagingMode::pae: return 3;
    case PagingMode::four_level: return 4;
  }
  return 0;
}

}  // namespace

TablePages::TablePages(const PhysicalMemory& memory, WrittenPages& written)
    : memory_(memory), written_(written), levels_(memory.size() / kPageBytes) {}

void TablePages::forget() {
  for (const std::uint32_t page : pages_) {
    levels_[page] = 0;
    written_.add_page(page);
  }
  pages_.clear();
  mode_ = PagingMode::none;
}

void TablePages::follow(const CpuState& paging) {
  const PagingMode mode = paging_mode(paging);
  const bool same =
      mode == mode_ && paging.cr3 == paging_.cr3 && ((paging.cr4 ^ paging_.cr4) & cr4::pse) == 0;
  if (!same && (mode != PagingMode::none || mode_ != PagingMode::none)) {
    forget();
    mode_ = mode;
    paging_.cr3 = paging.cr3;
    paging_.cr4 = paging.cr4;
    if (mode != PagingMode::none) add(top_table(paging_, mode).value, top_level(mode));
  }
  look_again();
}

void TablePages::look_again() {
  for (const Store& store : stores_) look_at(store);
  stores_.clear();
}

bool TablePages::hold(PhysAddr address, std::uint64_t length) const {
  const std::uint64_t first = address.value / kPageBytes, last = (address.value + length - 1) / kPageBytes;
  for (std::uint64_t page = first; page <= last && page < levels_.size(); ++page)
    if (levels_[page]) return true;
  return false;
}

void TablePages::look_at(const Store& store) {
  const std::uint64_t entry_bytes = mode_ == PagingMode::two_level ? 4 : 8;
  for (std::uint64_t at = store.address.value, end = at + store.length; at < end;) {
    const std::uint64_t page = at / kPageBytes, next = std::min(end, (page + 1) * kPageBytes);
    if (page >= levels_.size()) return;
    const unsigned levels = levels_[page];
    for (unsigned level = 2; level <= 4; ++level)
      if (levels >> level & 1) add_children(at & ~(entry_bytes - 1), next, level);
    at = next;
  }
}

// A table is a page, but for the four entries of PAE's directory pointers.
void TablePages::add(std::uint64_t table, unsigned level) {
  const std::uint64_t page = table / kPageBytes;
  if (page >= levels_.size() || !memory_.assigned({page * kPageBytes}, kPageBytes)) return;
  if (levels_[page] >> level & 1) return;
  if (pages_.size() >= kMostPages) {
    too_many_ = true;
    return;
  }
  if (levels_[page] == 0) {
    pages_.push_back(static_cast<std::uint32_t>(page));
    written_.add_page(page);
  }
  levels_[page] |= static_cast<std::uint8_t>(1u << level);
  const bool pointers = mode_ == PagingMode::pae && level == 3;
  if (level > 1) add_children(table, pointers ? table + 32 : (page + 1) * kPageBytes, level);
}

// Of the entries in these bytes of a page of this level.
void TablePages::add_children(std::uint64_t from, std::uint64_t to, unsigned level) {
  const unsigned entry_bytes = mode_ == PagingMode::two_level ? 4 : 8;
  for (std::uint64_t at = from; at < to; at += entry_bytes) {
    const std::uint64_t entry = memory_.read({at}, entry_bytes);
    if (const auto table = next_table(paging_, mode_, level, entry)) add(table->value, level - 1);
  }
}

}  // namespace ringside
