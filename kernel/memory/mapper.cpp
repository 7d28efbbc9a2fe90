// SPDX-License-Identifier: MIT
#include "memory/mapper.h"

#include "arch/instructions.h"
#include "arch/interrupt_guard.h"

namespace kernel {
namespace {

using enum PageFlag;

// Bit 12 of a large page's entry is the attribute PAT, not a bit of the address (Intel SDM vol. 3, table
// 4-18).
PhysicalAddress start_of_page(const PageTableEntry& entry, PageSize size) {
  return PhysicalAddress(entry.target().value() & ~(bytes_of(size) - 1));
}

PageTable* table_at(PhysicalAddress address) { return direct<PageTable>(address); }

std::optional<PhysicalAddress> new_table() {
  const auto frame = frames.allocate(FrameUse::page_table);
  if (frame) *table_at(*frame) = {};
  return frame;
}

}  // namespace

std::string_view to_text(MapError error) {
  switch (error) {
    case MapError::not_aligned: return "the address is not a multiple of the page's size";
    case MapError::already_mapped: return "something is mapped there already";
    case MapError::not_mapped: return "nothing is mapped there";
    case MapError::not_canonical: return "the address is not canonical";
    case MapError::no_frame: return "there is no frame left for a page table";
  }
  return "unknown error";
}

bool Mapper::Path::is_page() const {
  return last().is_present() && (level == 1 || (level <= 3 && last().has(large)));
}

Mapper::Path Mapper::walk(VirtualAddress address, unsigned lowest_level) const {
  Path path;
  PhysicalAddress table = top_;
  for (path.level = 4;; --path.level) {
    path.entries[4 - path.level] = &table_at(table)->entries[address.table_index(path.level)];
    if (path.level == lowest_level || !path.last().is_present() || path.is_page()) return path;
    table = path.last().target();
  }
}

void Mapper::set_page(const Path& path, PhysicalAddress frame, PageFlags flags) {
  if (flags.has(user))
    for (unsigned level = 4; level > path.level; --level) {
      PageTableEntry& parent = *path.entries[4 - level];
      parent = {parent.target(), parent.flags() | user};
    }
  path.last() = {frame, path.level == 1 ? flags | present : flags | present | large};
}

// From the lowest table up. The top table stays, and so does any table that is not from `frames`.
void Mapper::release_empty_tables(const Path& path) {
  for (unsigned level = path.level; level < 4; ++level) {
    PageTableEntry& parent = *path.entries[4 - (level + 1)];
    const PhysicalAddress table = parent.target();
    if (!table_at(table)->is_empty() || frames.use_of(table) != FrameUse::page_table) return;
    parent = {};
    frames.release(table);
  }
}

std::expected<void, MapError> Mapper::map(VirtualAddress page, PhysicalAddress frame, PageFlags flags,
                                          PageSize size) {
  const InterruptGuard guard;
  const auto page_level = static_cast<unsigned>(size);
  if ((page.value() | frame.value()) & (bytes_of(size) - 1)) return std::unexpected(MapError::not_aligned);
  Path path = walk(page, page_level);
  if (path.last().is_present()) return std::unexpected(MapError::already_mapped);
  while (path.level > page_level) {
    const auto table = new_table();
    if (!table) {
      release_empty_tables(path);
      return std::unexpected(MapError::no_frame);
    }
    path.last() = {*table, present | writable};
    --path.level;
    path.entries[4 - path.level] = &table_at(*table)->entries[page.table_index(path.level)];
  }
  set_page(path, frame, flags);
  return {};  // no INVLPG: the CPU does not remember that something was absent (Intel SDM vol. 3, 4.10.2.3)
}

// Walks down for the first page of each table only: those behind it are the next entries. (Nor can an address
// that is not canonical come but at the start of a table.)
std::expected<void, MapError> Mapper::map_range(VirtualAddress first, PhysicalAddress frame, size_t count,
                                                PageFlags flags, PageSize size) {
  const InterruptGuard guard;
  for (uint64_t address = first.value(); count > 0;) {
    const auto page = VirtualAddress::from(address);
    if (!page) return std::unexpected(MapError::not_canonical);
    if (const auto mapped = map(*page, frame, flags, size); !mapped) return mapped;
    PageTableEntry* const entry = entry_of(*page);
    const PageFlags entry_flags = entry->flags().without(accessed).without(dirty);
    const size_t left_in_table = 512 - page->table_index(static_cast<unsigned>(size));
    const size_t pages = std::min(count, left_in_table);
    for (size_t i = 1; i < pages; ++i) {
      if (entry[i].is_present()) return std::unexpected(MapError::already_mapped);
      entry[i] = {frame + i * bytes_of(size), entry_flags};
    }
    address += pages * bytes_of(size);
    frame = frame + pages * bytes_of(size);
    count -= pages;
  }
  return {};
}

std::expected<PhysicalAddress, MapError> Mapper::unmap(VirtualAddress page) {
  const InterruptGuard guard;
  const Path path = walk(page);
  if (!path.is_page()) return std::unexpected(MapError::not_mapped);
  const PageSize size{static_cast<uint8_t>(path.level)};
  if (page.value() & (bytes_of(size) - 1)) return std::unexpected(MapError::not_aligned);
  const PhysicalAddress frame = start_of_page(path.last(), size);
  path.last() = {};
  release_empty_tables(path);
  invlpg(page.value());  // also forgets the tables on the way, which may be gone (SDM vol. 3, 4.10.4.1)
  return frame;
}

std::expected<void, MapError> Mapper::protect(VirtualAddress page, PageFlags flags) {
  const InterruptGuard guard;
  const Path path = walk(page);
  if (!path.is_page()) return std::unexpected(MapError::not_mapped);
  const PageSize size{static_cast<uint8_t>(path.level)};
  if (page.value() & (bytes_of(size) - 1)) return std::unexpected(MapError::not_aligned);
  set_page(path, start_of_page(path.last(), size), flags);
  invlpg(page.value());
  return {};
}

std::optional<Translation> Mapper::translate(VirtualAddress address) const {
  const Path path = walk(address);
  if (!path.is_page()) return std::nullopt;
  const PageSize size{static_cast<uint8_t>(path.level)};
  const uint64_t offset = address.value() & (bytes_of(size) - 1);
  return Translation{start_of_page(path.last(), size) + offset, path.last(), size};
}

PageTableEntry* Mapper::entry_of(VirtualAddress address) {
  const Path path = walk(address);
  return path.is_page() ? &path.last() : nullptr;
}

}  // namespace kernel
