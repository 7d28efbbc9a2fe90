// SPDX-License-Identifier: MIT
//
// Page tables under construction: the only place where an entry of one is written.
//
//   kernel_mapper.map(page, frame, PageFlag::writable | PageFlag::no_execute);
//
// Tables on the way to a page are made when they are needed, from `frames`, and given back when their last
// entry is gone. They allow writing and execution, and ring 3 once one of their pages does: a right must be
// granted at every level to hold (Intel SDM vol. 3, 4.6), so the page's own entry decides.
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "arch/page_table.h"
#include "memory/frame_allocator.h"
#include "memory/layout.h"

namespace kernel {

enum class MapError : uint8_t {
  not_aligned,     // the page or the frame does not start at a multiple of the page's size
  already_mapped,  // there is a page, or a table with pages, where this one should go
  not_mapped,
  not_canonical,  // a range runs into addresses that the CPU refuses
  no_frame,       // no memory for a table
};
std::string_view to_text(MapError error);

struct Translation {
  PhysicalAddress address;
  PageTableEntry entry;  // of the page itself, not of the tables above it
  PageSize size;
};

class Mapper {
 public:
  // Works on the tables below `top`, which need not be those the CPU uses.
  constexpr explicit Mapper(PhysicalAddress top) : top_(top) {}
  PhysicalAddress top() const { return top_; }

  // Makes `page` show the memory at `frame`. `present` and `large` come by themselves. Changes nothing if it
  // fails. REQUIRES: a CPU with pages of 1 GiB (CPUID 80000001h, EDX bit 26) before one of them is used.
  std::expected<void, MapError> map(VirtualAddress page, PhysicalAddress frame, PageFlags flags,
                                    PageSize size = PageSize::kib_4);

  // `count` pages in a row, showing memory in a row. Where it fails it stops: the pages before stay mapped.
  std::expected<void, MapError> map_range(VirtualAddress page, PhysicalAddress frame, size_t count,
                                          PageFlags flags, PageSize size = PageSize::kib_4);

  // Takes the page away, of whatever size it is, and says which memory it showed. That memory is not
  // released.
  std::expected<PhysicalAddress, MapError> unmap(VirtualAddress page);

  // Gives the page other rights.
  std::expected<void, MapError> protect(VirtualAddress page, PageFlags flags);

  // Walks the tables as the CPU would. None if the address is not mapped.
  std::optional<Translation> translate(VirtualAddress address) const;

  // The entry that maps the address, to be changed by hand; INVLPG is then the caller's business. Null: not
  // mapped.
  PageTableEntry* entry_of(VirtualAddress address);

  // Calls visit(VirtualAddress first, const Translation&) for every page, from low to high addresses.
  template <typename Visit>
  void for_each_page(Visit&& visit) const {
    visit_table(top_, 4, 0, visit);
  }

 private:
  // The entries that a walk comes past, from level 4 (index 0) down to the page's own or to the first absent
  // one.
  struct Path {
    std::array<PageTableEntry*, 4> entries{};
    unsigned level = 4;  // of the last one
    PageTableEntry& last() const { return *entries[4 - level]; }
    bool is_page() const;
  };
  Path walk(VirtualAddress address, unsigned lowest_level = 1) const;
  static void set_page(const Path& path, PhysicalAddress frame, PageFlags flags);
  static void release_empty_tables(const Path& path);

  template <typename Visit>
  static void visit_table(PhysicalAddress table, unsigned level, uint64_t base, Visit& visit) {
    uint64_t index = 0;
    for (const PageTableEntry& entry : direct<PageTable>(table)->entries) {
      const PageSize size{static_cast<uint8_t>(level)};
      uint64_t address = base + index++ * bytes_of(size);
      if (!entry.is_present()) continue;
      if (level == 4 && index > 256) address |= 0xffff'0000'0000'0000;  // bit 47 is set: so are those above
      if (level == 1 || entry.has(PageFlag::large))
        visit(*VirtualAddress::from(address), Translation{entry.target(), entry, size});
      else
        visit_table(entry.target(), level - 1, address, visit);
    }
  }

  PhysicalAddress top_;
};

// The tables that the CPU uses. Set by map_kernel().
extern Mapper kernel_mapper;

}  // namespace kernel
