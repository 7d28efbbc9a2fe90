// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/page_tables.h"

#include "sim/inspect/words.h"
#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t NX = 0x8000'0000'0000'0000;

class WalkTable : public InspectLab {};

TEST_F(WalkTable, HasOneRowALevelAndOneForThePage) {
  page(0x9000, 0x8000'0000'0000'0163);  // NX G D A W P
  const Table t = walk_table(context(), {0x9123}, {});
  EXPECT_EQ(keys(t), (std::vector<std::string>{"PML4", "PDPT", "PD", "PT", "page"}));
  EXPECT_EQ(at(t, "PML4", "Flags"), "P W U A");
  EXPECT_EQ(at(t, "PT", "Index"), "9");
  EXPECT_EQ(at(t, "PT", "Entry at"), "0x00004048");
  EXPECT_EQ(at(t, "PT", "Flags"), "P W A D G NX");
  EXPECT_EQ(at(t, "page", "Leads to"), "0x00009123");
  EXPECT_EQ(t.note,
            "A read by kernel code at 0x9123 reaches physical 0x9123 in a page of 4 KiB that is writable, "
            "for the kernel only and "
            "not executable.");
}

TEST_F(WalkTable, MarksTheLevelThatFailed) {
  put(0x2000, 0x3061, 8);  // the PDPT entry loses W and U
  const Table t = walk_table(context(), {0x9000}, {.kind = AccessKind::write, .user = true});
  EXPECT_EQ(find_cell(t, "PDPT", "Result")->tone, Tone::fault);
  EXPECT_EQ(at(t, "PDPT", "Result"), "U is 0: not for user code");
  EXPECT_EQ(find_cell(t, "PD", "Result")->tone, Tone::good);
  EXPECT_THAT(t.note, HasSubstr("fails at PDPT[0] at 0x2000: user access to a supervisor page. It raises #PF "
                                "with error code 0x7."));
}

TEST_F(WalkTable, EndsAtAnEntryThatIsNotPresent) {
  put(0x3000, 0, 8);
  const Table t = walk_table(context(), {0x9000}, {});
  EXPECT_EQ(keys(t), (std::vector<std::string>{"PML4", "PDPT", "PD"}));
  EXPECT_EQ(at(t, "PD", "Result"), "P is 0: nothing is mapped");
  EXPECT_EQ(at(t, "PD", "Leads to"), "");
}

TEST_F(WalkTable, ExplainsThatPagingIsOff) {
  cpu.cr0 = 0x11;
  cpu.efer = 0;
  EXPECT_EQ(walk_table(context(), {0x9000}, {}).note,
            "Paging is off: linear address 0x9000 is the physical address.");
}

TEST_F(WalkTable, RefusesAnAddressThatIsNotCanonical) {
  EXPECT_THAT(walk_table(context(), {0x8000'0000'0000}, {}).note, HasSubstr("not canonical"));
}

class PageMapTest : public InspectLab {
 protected:
  PageMapTest() {
    for (std::uint64_t a = 0; a < 0x20'0000; a += 0x1000) put(kPageTable + 8 * (a >> 12), 0, 8);
  }
  PageMap map() { return page_map(cpu, PhysicalMemory(ram)); }
};

TEST_F(PageMapTest, MergesNeighboursWithTheSameRights) {
  page(0x10000, 0x63 | NX);
  page(0x11000, 0x3 | NX);  // accessed and dirty do not matter
  page(0x12000, 0x1 | NX);  // read-only
  page(0x14000, 0x1 | NX);  // not a neighbour
  const PageMap m = map();
  ASSERT_EQ(m.ranges.size(), 3u);
  EXPECT_EQ(m.ranges[0].start, 0x10000u);
  EXPECT_EQ(m.ranges[0].bytes, 0x2000u);
  EXPECT_TRUE(m.ranges[0].writable);
  EXPECT_TRUE(m.ranges[0].no_execute);
  EXPECT_FALSE(m.ranges[0].user);
  EXPECT_FALSE(m.ranges[1].writable);
  EXPECT_EQ(m.ranges[2].start, 0x14000u);
  EXPECT_TRUE(m.complete);
}

TEST_F(PageMapTest, TellsScatteredFromContiguous) {
  put(kPageTable + 8 * 0x10, 0x50003, 8);
  put(kPageTable + 8 * 0x11, 0x51003, 8);
  EXPECT_TRUE(map().ranges.at(0).contiguous);
  EXPECT_EQ(map().ranges.at(0).physical, 0x50000u);
  put(kPageTable + 8 * 0x11, 0x77003, 8);
  EXPECT_EQ(map().ranges.size(), 1u);
  EXPECT_FALSE(map().ranges.at(0).contiguous);
}

TEST_F(PageMapTest, CombinesTheRightsOfAllLevels) {
  page(0x10000, 0x67);
  put(0x2000, 0x3065, 8);       // PDPT: no W
  put(0x1000, 0x2067 | NX, 8);  // PML4: NX
  const PageRange r = map().ranges.at(0);
  EXPECT_FALSE(r.writable);
  EXPECT_TRUE(r.user);
  EXPECT_TRUE(r.no_execute);
}

TEST_F(PageMapTest, ExtendsTheSignOfTheUpperHalf) {
  put(0x1000 + 8 * 511, 0x2067, 8);
  page(0x10000, 0x63);
  const PageMap m = map();
  ASSERT_EQ(m.ranges.size(), 2u);
  EXPECT_EQ(m.ranges[1].start, 0xFFFF'FF80'0001'0000u);
}

TEST_F(PageMapTest, KnowsLargePages) {
  put(0x3000 + 8 * 3, 0x0060'00E3, 8);  // PD entry 3: 2 MiB at 6 MiB
  put(0x2000 + 8 * 1, 0xC000'00E3, 8);  // PDPT entry 1: 1 GiB at 3 GiB
  const PageMap m = map();
  ASSERT_EQ(m.ranges.size(), 2u);
  EXPECT_EQ(m.ranges[0].start, 6u << 20);
  EXPECT_EQ(m.ranges[0].page_bytes, 2u << 20);
  EXPECT_EQ(m.ranges[1].start, 1u << 30);
  EXPECT_EQ(m.ranges[1].physical, 3ull << 30);
}

TEST_F(PageMapTest, LeavesOutALargePageWithReservedBits) {
  put(0x3000 + 8 * 3, 0x0060'20E3, 8);  // bit 13 of a 2 MiB page's address is reserved
  EXPECT_TRUE(map().ranges.empty());
}

TEST_F(PageMapTest, ReadsTwoLevelsWithAndWithoutPse) {
  cpu.efer = 0;
  cpu.cr4 = 0;
  put(0x1000, 0, 4096 / 512);
  for (unsigned i = 0; i < 1024; ++i) put(0x1000 + 4 * i, 0, 4);
  for (unsigned i = 0; i < 1024; ++i) put(0x8000 + 4 * i, 0, 4);
  put(0x1000 + 4, 0x8083, 4);  // directory entry 1, PS set: ignored without CR4.PSE
  put(0x8000 + 4 * 2, 0x7003, 4);
  ASSERT_EQ(map().ranges.size(), 1u);
  EXPECT_EQ(map().ranges[0].start, 0x40'2000u);
  EXPECT_EQ(map().ranges[0].bytes, 0x1000u);
  cpu.cr4 = 0x10;
  put(0x1000 + 4, 0x0040'0083, 4);
  ASSERT_EQ(map().ranges.size(), 1u);
  EXPECT_EQ(map().ranges[0].bytes, 0x40'0000u);
}

TEST_F(PageMapTest, BoundsTheWorkForATableThatIsItsOwnEntry) {
  for (unsigned i = 0; i < 512; ++i) put(0x1000 + 8 * i, 0x1000 | 0x67, 8);  // 256 TiB page by page
  const PageMap m = page_map(cpu, PhysicalMemory(ram), 10'000, 100);
  EXPECT_FALSE(m.complete);
  EXPECT_LE(m.entries_read, 10'000u);
  EXPECT_LE(m.ranges.size(), 100u);
  EXPECT_THAT(page_map_table(context()).note, HasSubstr("The tables map more than this"));
}

TEST_F(PageMapTest, BoundsTheRanges) {
  for (unsigned i = 0; i < 512; i += 2) put(kPageTable + 8 * i, i << 12 | 3, 8);
  const PageMap m = page_map(cpu, PhysicalMemory(ram), 1'000'000, 10);
  EXPECT_EQ(m.ranges.size(), 10u);
  EXPECT_FALSE(m.complete);
}

TEST_F(PageMapTest, FlagsWhatMayBeWrittenAndExecuted) {
  page(0x10000, 0x3);
  page(0x20000, 0x3 | NX);
  page(0x30000, 0x1);
  const Table t = page_map_table(context());
  EXPECT_EQ(at(t, "0x10000", "Remark"), "writable and executable");
  EXPECT_EQ(find_cell(t, "0x10000", "Remark")->tone, Tone::fault);
  EXPECT_EQ(at(t, "0x20000", "Remark"), "");
  EXPECT_EQ(at(t, "0x30000", "Remark"), "");
}

}  // namespace
}  // namespace ringside
