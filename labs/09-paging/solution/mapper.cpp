// SPDX-License-Identifier: MIT
#include "arch/instructions.h"
#include "memory/stacks.h"
#include "paging.h"

namespace lab {
namespace {

PageTable& table_at(PhysicalAddress address) { return *kernel::direct<PageTable>(address); }

// The entry for the page in the table of level 1. Null where a large page or nothing at all is in the way.
PageTableEntry* find_entry(PhysicalAddress top, VirtualAddress page) {
  PhysicalAddress table = top;
  for (unsigned level = 4; level > 1; --level) {
    const PageTableEntry& entry = table_at(table).entries[page.table_index(level)];
    if (!entry.is_present() || entry.has(PageFlag::large)) return nullptr;
    table = entry.target();
  }
  return &table_at(table).entries[page.table_index(1)];
}

bool is_writable_code(PageFlags flags) {
  return flags.has(PageFlag::writable) && !flags.has(PageFlag::no_execute);
}

}  // namespace

MapResult Mapper::map(VirtualAddress page, PhysicalAddress frame, PageFlags flags) {
  if ((page.value() | frame.value()) % kPageBytes != 0) return MapResult::not_aligned;
  if (is_writable_code(flags)) return MapResult::writable_code;
  PhysicalAddress table = top_;
  for (unsigned level = 4; level > 1; --level) {
    PageTableEntry& entry = table_at(table).entries[page.table_index(level)];
    if (!entry.is_present()) {
      const auto made = frames.allocate();
      if (!made) return MapResult::no_frame;
      table_at(*made) = {};  // whatever was there before would be entries
      entry = {*made, PageFlag::present | PageFlag::writable};
    }
    if (entry.has(PageFlag::large)) return MapResult::already_mapped;
    // A right holds if every level grants it: the tables grant it, the page's own entry decides.
    if (flags.has(PageFlag::user)) entry = {entry.target(), entry.flags() | PageFlag::user};
    table = entry.target();
  }
  PageTableEntry& entry = table_at(table).entries[page.table_index(1)];
  if (entry.is_present()) return MapResult::already_mapped;
  entry = {frame, flags | PageFlag::present};
  return MapResult::done;  // no INVLPG: the processor does not remember that something was absent
}

std::optional<PhysicalAddress> Mapper::unmap(VirtualAddress page) {
  PageTableEntry* entry = find_entry(top_, page);
  if (entry == nullptr || !entry->is_present()) return std::nullopt;
  const PhysicalAddress frame = entry->target();
  *entry = {};
  kernel::invlpg(page.value());
  return frame;
}

MapResult Mapper::protect(VirtualAddress page, PageFlags flags) {
  if (is_writable_code(flags)) return MapResult::writable_code;
  PageTableEntry* entry = find_entry(top_, page);
  if (entry == nullptr || !entry->is_present()) return MapResult::not_mapped;
  *entry = {entry->target(), flags | PageFlag::present};
  kernel::invlpg(page.value());
  return MapResult::done;
}

namespace {

bool is_guard_page(uint64_t address) {
  for (const kernel::NamedStack& stack : kernel::all_stacks())
    if (stack.in_guard_page(address)) return true;
  return false;
}

bool map_part(Mapper& to, const std::byte* start, const std::byte* end, PageFlags flags) {
  for (const std::byte* at = start; at < end; at += kPageBytes) {
    const VirtualAddress page = VirtualAddress::of(at);
    if (is_guard_page(page.value())) continue;
    if (to.map(page, kernel::physical_of_image(at), flags) != MapResult::done) return false;
  }
  return true;
}

}  // namespace

bool map_kernel(Mapper& to) {
  return map_part(to, text_start, text_end, {}) &&
         map_part(to, rodata_start, rodata_end, PageFlag::no_execute) &&
         map_part(to, data_start, data_end, PageFlag::writable | PageFlag::no_execute);
}

}  // namespace lab
