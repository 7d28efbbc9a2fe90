// SPDX-License-Identifier: MIT
// Lab 08: the student's walk beside the machine's own, through tables that the check makes.
#include "labs/08-page-walk/check_words.h"

STEP(1) {
  Tables tables;
  Pc& pc = tables.pc;
  const std::uint64_t low = 0x0000'7000'0000'0000 | dice().below(1ull << 44),
                      hole = 1ull << (48 + dice().below(15));
  const std::vector<std::uint64_t> addresses{
      0,    low,         0x0000'7FFF'FFFF'FFFF, 0x0000'8000'0000'0000, low | hole,
      ~low, ~low ^ hole, 0xFFFF'8000'0000'0000, 0xFFFF'7FFF'FFFF'FFFF};
  for (const std::uint64_t address : addresses)
    expect(pc, fmt::format("is_canonical({:#x})", address),
           (pc.call("lab::is_canonical", {address}).rax & 0xFF) != 0,
           Eq(address + 0x8000'0000'0000 < 0x1'0000'0000'0000),
           "Of 64 bits 48 count, and the 16 above must repeat bit 47, be it 0 or 1.");
  const std::uint64_t address = tables.address(true);
  for (unsigned level = 4; level > 0; --level)
    expect(pc, fmt::format("table_index({:#x}, {})", address, level),
           pc.call("lab::table_index", {address, level}).rax & 0xFFFF'FFFF, Eq(index_at(address, level)),
           "Nine bits for each level, and twelve below them: bits 47 to 39, 38 to 30, 29 to 21, 20 to 12.");
  for (unsigned level = 1; level <= 3; ++level)
    expect(pc, fmt::format("page_offset({:#x}, {:#x})", address, page_bytes(level)),
           Hex{pc.call("lab::page_offset", {address, page_bytes(level)}).rax},
           Eq(Hex{address % page_bytes(level)}),
           "A page begins at a multiple of its size; the offset is what is left.");
  // Another top table, the same entries, and bits of CR3 that are no address.
  const std::uint64_t old_top = pc.cpu().cr3 & kEntryAddress, new_top = tables.frame();
  for (unsigned i = 0; i < 512; ++i)
    if (const std::uint64_t entry = read_physical(pc, old_top + 8 * i))
      write_physical(pc, new_top + 8 * i, entry);
  const std::uint64_t cr3 = new_top | 0x8 | 0x10;
  pc.call("lab::load_top_table", {cr3});
  expect(pc, fmt::format("top_table() with CR3 = {:#x}", cr3), Hex{pc.call("lab::top_table").rax},
         Eq(Hex{new_top}),
         "Bits 51 to 12 of CR3 are the address of the top table; bits 3 and 4 say how it is cached, bits 11 "
         "to 0 are no "
         "part of the address. And CR3 changes: each address space has its own.");
}

STEP(2) {
  Tables tables;
  for (const bool high : {false, true}) {
    const std::uint64_t address = tables.address(high);
    // Everything that may be set besides: accessed, dirty, bit 7 (PAT, at this level), global, bits that are
    // the kernel's, no execution.
    const std::uint64_t around =
        kPresent | 0x1E0 | dice().below(8) << 9 | (1 + dice().below(127)) << 52 | kNoExecute;
    tables.map(address, 1, far_page(1) | around,
               {kTableOfAll, kTableOfAll, kTableOfAll | 0x20 | kNoExecute,
                kTableOfAll | 1ull << (52 + dice().below(7)), kTableOfAll | 0x20});
    same_page(tables.pc, address);
    const std::uint64_t neighbour = address ^ 1ull << (12 + dice().below(9));
    tables.map(neighbour, 1, far_page(1) | kPresent);
    same_page(tables.pc, neighbour);
  }
}

STEP(3) {
  Tables tables;
  constexpr std::uint64_t kPageAttribute = 1 << 12;  // PAT, in the entry of a large page
  for (const unsigned level : {2u, 3u, 2u, 3u}) {
    const std::uint64_t address = tables.address(dice().below(2) == 0);
    tables.map(address, level, far_page(level) | kPresent | kWritable | kLargePage);
    same_page(tables.pc, address);
    tables.map(address, level, far_page(level) | kPresent | kLargePage | kPageAttribute);
    same_page(tables.pc, address);
  }
}

STEP(4) {
  Tables tables;
  Pc& pc = tables.pc;
  // At each level an entry that is not present and yet not zero: where a kernel notes what it swapped out.
  for (unsigned level = 4; level > 0; --level) {
    const std::uint64_t address = tables.address(dice().below(2) == 0);
    tables.map(address, level, (far_page(1) | 0xFFE) & ~kPresent);
    same_way(pc, address);
  }
  const std::uint64_t mapped = tables.address(false);
  tables.map(mapped, 1, far_page(1) | kPresent);
  same_page(pc, mapped);
  same_way(pc, mapped ^ 1ull << (48 + dice().below(16)));

  // Side by side: what the kernel shows of pages and holes.
  std::string line = "walk=";
  for (int i = 0; i < 8; ++i)
    line += fmt::format("{}{:#x}", i ? "," : "", kDemoBase + 0x9FE0'0000 + dice().below(0x20'0000));
  line +=
      fmt::format(",{:#x},{:#x}", kDemoBase + 0x8020'0000 + dice().below(0x20'0000), kDemoBase ^ 1ull << 55);
  Pc shown({.command_line = line, .budget = kBudget}),
      reference({.command_line = line, .reference = true, .budget = kBudget});
  shown.run_until("lab::ready");
  reference.run_until("lab::ready");
  expect(
      shown, SameScreenAs(reference),
      fmt::format("The kernel was started with {}. Some of these addresses are mapped, some are not.", line));
}

STEP(5) {
  Tables tables;
  Pc& pc = tables.pc;
  struct Right {
    const char* name;
    const char* member;
    std::uint64_t denied_by;  // flips in kTableOfAll
    const char* why;
  };
  constexpr std::array kRights{
      Right{"writable", "writable", kWritable,
            "A page can be written if bit 1 is set at every level: one entry is enough to forbid it."},
      Right{"for user code", "user", kForUser,
            "Ring 3 may use a page if bit 2 is set at every level: one entry is enough to forbid it."},
      Right{"executable", "executable", kNoExecute,
            "Bit 63 forbids: a page can be executed if it is clear at every level."}};
  const auto compare = [&](std::uint64_t address, const std::string& how) {
    const ringside::Walk right = same_way(pc, address);
    for (const Right& r : kRights) {
      const bool wanted = r.denied_by == kWritable  ? right.writable
                          : r.denied_by == kForUser ? right.user
                                                    : !right.no_execute;
      expect(pc, fmt::format("whether walk({:#x}) finds the page {} ({})", address, r.name, how),
             result(pc, r.member) != 0, Eq(wanted), r.why);
    }
  };
  const std::uint64_t all = tables.address(true);
  tables.map(all, 1, far_page(1) | kTableOfAll);
  compare(all, "every level allows everything");
  for (const Right& r : kRights) {
    const auto level = static_cast<unsigned>(1 + dice().below(4));
    std::array<std::uint64_t, 5> rights{kTableOfAll, kTableOfAll, kTableOfAll, kTableOfAll, kTableOfAll};
    rights[level] ^= r.denied_by;
    const std::uint64_t address = tables.address(dice().below(2) == 0);
    tables.map(address, 1, far_page(1) | rights[1], rights);
    compare(address, fmt::format("only the entry in the {} is {:#x}", table_name(level),
                                 walk_of(pc, address).entries[4 - level].entry));
  }
}

STEP(6) {
  Tables tables;
  Pc& pc = tables.pc;
  constexpr std::size_t kRoom = 8;
  constexpr std::uint64_t kUntouched = 0x5555'5555'5555'5555;
  const auto compare = [&](std::uint64_t physical, const std::vector<std::uint64_t>& right,
                           std::uint64_t room) {
    std::array<std::uint64_t, kRoom> pages;
    pages.fill(kUntouched);
    const std::uint64_t at = pc.put(std::as_bytes(std::span(pages)));
    const std::string call = fmt::format("pages_showing({:#x})", physical);
    const std::uint64_t count = pc.call("lab::pages_showing", {physical, at, room}).rax;
    std::vector<std::string> wanted, seen;
    for (std::size_t i = 0; i < right.size() && i < room; ++i)
      wanted.push_back(fmt::format("{:#x}", right[i]));
    for (std::size_t i = 0; i < kRoom; ++i)
      if (const std::uint64_t page = pc.read(at + 8 * i); page != kUntouched)
        seen.push_back(fmt::format("{:#x}", page));
    expect(pc, fmt::format("{}, with room for {}, puts into pages what", call, room), seen,
           ContainerEq(wanted),
           "All tables below CR3 are gone through, in the order of addresses, pages of every size; behind "
           "the middle "
           "of the top table addresses begin with ffff. What does not fit is only counted.");
    expect(pc, call, count, Eq(right.size()),
           "It counts every page that shows the byte, whether there is room or not.");
  };
  // The same byte in pages of three sizes.
  const std::uint64_t physical = far_page(3) + dice().below(page_bytes(3));
  std::vector<std::uint64_t> right;
  for (const unsigned level : {1u, 2u, 3u, 1u}) {
    const std::uint64_t bytes = page_bytes(level),
                        page = tables.address(level == 1 && !right.empty()) & ~(bytes - 1);
    tables.map(page, level, (physical & ~(bytes - 1)) | kPresent | (level > 1 ? kLargePage : 0));
    right.push_back(page + physical % bytes);
    tables.map(page ^ bytes, level,
               ((physical & ~(bytes - 1)) ^ bytes) | kPresent | (level > 1 ? kLargePage : 0));
  }
  std::ranges::sort(right);
  compare(physical, right, kRoom);
  compare(physical, right, 2);
}

QUESTION(1) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  const std::uint64_t address = 0x0000'0100'0000'0000 + dice().below(0x0000'7E00'0000'0000);
  return {.text = fmt::format("Which entry of your kernel's top table (PML4) does the processor read for the "
                              "address {:#x}? (0 to 511)",
                              address),
          .answer = fmt::format("{}", walk_of(pc, address).entries[0].index),
          .because = "Bits 47 to 39 of the address are the index: shift it right by 39 and keep nine bits."};
}

QUESTION(2) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  const std::uint64_t address = kDemoBase + 0x9FE0'0000 + 3 * 4096 * dice().below(170) + dice().below(4096);
  const ringside::Walk way = walk_of(pc, address);
  return {.text = fmt::format(
              "The entry in the PT for address {:#x} of your kernel is {:#x}. Which physical address "
              "does {:#x} lead to? (in hexadecimal)",
              address, way.entries[3].entry, address),
          .answer = fmt::format("{:#x}", way.physical.value),
          .because =
              "Bits 51 to 12 of the entry are the page, the low 12 bits of the address the place in it. The "
              "rights in the low bits of the entry are no part of it."};
}

QUESTION(3) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  const std::uint64_t address =
      dice().one_of<std::uint64_t>(
          {kDemoBase + 0x4000'0000, kDemoBase + 0x8040'0000, kDemoBase + 0x9FE0'0000}) +
      dice().below(0x1000);
  const ringside::Walk way = walk_of(pc, address);
  return {
      .text = fmt::format("Address {:#x} lies in a page of {} in your kernel. How many entries of page "
                          "tables does the processor read to translate it, if its TLB knows nothing of it?",
                          address,
                          way.page_bytes == page_bytes(1)   ? "4 KiB"
                          : way.page_bytes == page_bytes(2) ? "2 MiB"
                                                            : "1 GiB"),
      .answer = fmt::format("{}", way.count),
      .because =
          "One for each level. A page of 2 MiB is found at level 2, one of 1 GiB at level 3: that saves one "
          "entry or two, and the tables they would be in."};
}
