// SPDX-License-Identifier: MIT
// Words of this lab's check: page tables that it makes, and the student's walk compared with the machine's.
#pragma once

#include <fmt/format.h>

#include <array>
#include <set>

#include "labs/kit/kit.h"

namespace {

using namespace ringside::labs;
using namespace testing;

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
