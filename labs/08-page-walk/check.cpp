// SPDX-License-Identifier: MIT
// Lab 08: the student's walk beside the machine's own, through tables that the check makes.
#include <fmt/format.h>

#include <array>
#include <set>

#include "labs/kit/kit.h"
#include "sim/inspect/page_tables.h"

using namespace ringside::labs;
using namespace testing;

namespace {

constexpr std::uint64_t kBudget = 10'000'000;  // instructions; the solution needs less than half a million
constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kDemoBase = 0x0000'1200'0000'0000;   // as in given/demo.h
constexpr unsigned kDirectMapSlot = 256, kKernelSlot = 511;  // of the top table, as boot.S fills it

constexpr std::uint64_t page_bytes(unsigned level) { return std::uint64_t{1} << (12 + 9 * (level - 1)); }

std::string table_name(unsigned level) {
  return ringside::level_name(ringside::PagingMode::four_level, level);
}

// The student's kernel before its demonstration, with tables of our own in it.
class Tables {
 public:
  Tables() {
    pc.run_until("lab::prepared");
    move_window();
  }

  // Memory of the machine that nobody uses.
  std::uint64_t frame() {
    for (;;) {
      const std::uint64_t chosen = 16 * kMiB + dice().below(44 * kMiB / 4096) * 4096;
      if (frames_.insert(chosen).second) return chosen;
    }
  }

  // An address in a part of the address space that is empty so far.
  std::uint64_t address(bool high) {
    for (;;) {
      const auto slot = static_cast<unsigned>((high ? 257 : 1) + dice().below(high ? 254 : 255));
      if (slots_.insert(slot).second) return with_index(dice().below(std::uint64_t{1} << 39), 4, slot);
    }
  }

  // Makes `entry` the one that the address's walk comes to at this level. `rights[level]`: of the tables
  // above.
  void map(std::uint64_t address, unsigned level, std::uint64_t entry,
           const std::array<std::uint64_t, 5>& rights = {kTableOfAll, kTableOfAll, kTableOfAll, kTableOfAll,
                                                         kTableOfAll}) {
    set_entry(
        pc, address, level, entry, [this] { return frame(); }, rights);
  }

  Pc pc{{.budget = kBudget}};

 private:
  // Memory is to be seen at a place that nobody knows, and by the direct map no more than the kernel needs
  // itself.
  void move_window() {
    const std::uint64_t top = pc.cpu().cr3 & kEntryAddress, all = read_physical(pc, top + 8 * kDirectMapSlot);
    const std::uint64_t window = address(true) & ~((std::uint64_t{1} << 39) - 1);
    write_physical(pc, top + 8 * index_at(window, 4), all);
    write_linear(pc, pc.address("lab::physical_window"), window);
    const std::uint64_t level_3 = frame(), level_2 = frame();
    write_physical(pc, level_2, kPresent | kWritable | kLargePage);
    write_physical(pc, level_3, level_2 | kPresent | kWritable);
    write_physical(pc, top + 8 * kDirectMapSlot, level_3 | kPresent | kWritable);
  }

  std::set<std::uint64_t> frames_;
  std::set<unsigned> slots_{kDemoBase >> 39, kDirectMapSlot, kKernelSlot};
};

// A physical address that no memory of this machine has, below 2^40: only the walk matters.
std::uint64_t far_page(unsigned level) {
  return (0x1'0000'0000 + dice().below(0xFE'0000'0000)) & ~(page_bytes(level) - 1);
}

std::uint64_t result(const Pc& pc, const std::string& member) { return pc.number("lab::result." + member); }

// Has the student walk, and compares the way with the machine's.
ringside::Walk same_way(Pc& pc, std::uint64_t address) {
  pc.call("lab::walk", {pc.address("lab::result"), address});  // a large result goes where the caller says
  const ringside::Walk right = walk_of(pc, address);
  const std::uint64_t count = result(pc, "count");
  const std::string call = fmt::format("walk({:#x})", address);
  for (unsigned i = 0; i < right.count; ++i) {
    const ringside::WalkEntry& entry = right.entries[i];
    const std::string what = fmt::format("{} looks at {}[{}] at {:#x}", call, table_name(entry.level),
                                         entry.index, entry.address.value);
    if (i >= count)
      fail_step(pc, what, fmt::format("it stopped before that, after {} entries", count),
                i == 0 ? "The walk begins in the table that CR3 names, with the entry of bits 47 to 39."
                       : fmt::format("The entry before is {:#x}: present, and it leads to another table.",
                                     right.entries[i - 1].entry));
    const std::uint64_t at = result(pc, fmt::format("visited[{}].at", i));
    if (at != entry.address.value)
      fail_step(
          pc, what, fmt::format("it looked at {:#x}", at),
          i == 0 ? "The entry lies 8 bytes times the index behind the start of the table in CR3."
                 : fmt::format("The entry before is {:#x}. Bits 51 to 12 of it are the address of the next "
                               "table, the bits around them say other things; the entry lies 8 bytes times "
                               "the index behind that.",
                               right.entries[i - 1].entry));
    const std::uint64_t seen = result(pc, fmt::format("visited[{}].entry", i));
    if (seen != entry.entry)
      fail_step(pc, fmt::format("{} finds {:#x} there", what, entry.entry),
                fmt::format("it found {:#x}", seen),
                "An entry has 64 bits, and physical memory is seen through the window.");
  }
  if (count > right.count) {
    const ringside::WalkEntry& last = right.entries[right.count - 1];
    fail_step(
        pc,
        right.count == 0 ? call + " looks at no table"
                         : fmt::format("{} ends at {}[{}]", call, table_name(last.level), last.index),
        fmt::format("it looked at {} entries", count),
        right.count == 0 ? "Bits 63 to 48 do not repeat bit 47: the processor refuses the address."
        : right.ok()
            ? fmt::format("The entry {:#x} has bit 7 set, which at this level makes it a page.", last.entry)
            : fmt::format("The entry {:#x} has bit 0 clear: the other bits mean nothing.", last.entry));
  }
  constexpr std::array kEnds{"End::page", "End::not_present", "End::not_canonical"};
  const std::uint64_t end = result(pc, "end"), wanted = right.ok() ? 0 : right.count > 0 ? 1 : 2;
  if (end != wanted)
    fail_step(pc, fmt::format("{} gives {}", call, kEnds[wanted]),
              end < kEnds.size() ? fmt::format("it gave {}", kEnds[end]) : fmt::format("it gave {}", end),
              wanted == 0 ? "The last entry is present, and maps a page."
              : wanted == 1
                  ? "An entry on the way has bit 0 clear: that is a page fault, wherever it happens."
                  : "Bits 63 to 48 do not repeat bit 47: that is a general protection fault.");
  return right;
}

// The same, of an address that is mapped: where it leads to as well.
void same_page(Pc& pc, std::uint64_t address) {
  const ringside::Walk right = same_way(pc, address);
  const std::string call = fmt::format("walk({:#x})", address);
  const ringside::WalkEntry& last = right.entries[right.count - 1];
  expect(pc, call + ".page_bytes", result(pc, "page_bytes"), Eq(right.page_bytes),
         "An entry of level 1 maps 4 KiB, of level 2 2 MiB, of level 3 1 GiB: 9 bits of the address for each "
         "level "
         "that is left out.");
  expect(pc, call + ".physical", Hex{result(pc, "physical")}, Eq(Hex{right.physical.value}),
         fmt::format(
             "The page's entry is {:#x}. Its address bits and the offset make the physical address; the bits "
             "around them{} say other things.",
             last.entry, last.level > 1 ? ", bit 12 of a large page among them," : ""));
}

}  // namespace

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
