// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/memory_tables.h"

#include "sim/inspect/topics.h"
#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

using testing::HasSubstr;

class Memory : public InspectLab {};

TEST_F(Memory, IsReadThroughThePageTables) {
  page(0x9000, 0x63);
  put(kPageTable + 8 * 9, 0x5'0063, 8);  // linear 0x9000 is physical 0x50000
  put(0x5'0010, 0x1122'3344'5566'7788, 8);
  const GuestMemory guest = context().guest();
  EXPECT_EQ(guest.read({0x9010}, 8), 0x1122'3344'5566'7788u);
  EXPECT_EQ(guest.read({0x9010}, 2), 0x7788u);
  EXPECT_EQ(guest.translate({0x9010}), PhysAddr{0x5'0010});
}

TEST_F(Memory, CrossesPageBordersAndStopsAtAHole) {
  unmap(0xB000);
  put(0x9FFC, 0xAABB'CCDD, 4);
  put(0xA000, 0x1122'3344, 4);
  const GuestMemory guest = context().guest();
  EXPECT_EQ(guest.read({0x9FFC}, 8), 0x1122'3344'AABB'CCDDu);
  EXPECT_EQ(guest.readable({0xAFF0}, 64).size(), 16u);
  EXPECT_EQ(guest.read({0xAFFC}, 8), std::nullopt);
  EXPECT_EQ(guest.why_not({0xB000}), "not readable: the page walk stopped at PT[11] at 0x4058, not present");
  EXPECT_EQ(guest.why_not({0xA000}), "");
}

TEST_F(Memory, IsOpenToTheOnlookerWhereSmapShutsTheKernelOut) {
  cpu.cr4 |= 1 << 21;
  page(0x9000, 0x67);
  EXPECT_TRUE(context().guest().read({0x9000}, 1).has_value());
}

TEST_F(Memory, EndsWhereRamEnds) {
  put(kPageTable + 8 * 9, 0x4000'0063, 8);
  const GuestMemory guest = context().guest();
  EXPECT_EQ(guest.read({0x9000}, 1), std::nullopt);
  EXPECT_EQ(guest.why_not({0x9000}), "not readable: there is no RAM at physical address 0x40000000");
}

TEST_F(Memory, DoesNotWrapAroundTheEndOfTheAddressSpace) {
  EXPECT_TRUE(context().guest().readable({0xFFFF'FFFF'FFFF'FFF8}, 64).size() <= 8);
  EXPECT_EQ(context().guest().read({0xFFFF'FFFF'FFFF'FFF8}, 8), std::nullopt);
}

TEST_F(Memory, DumpShowsBytesAndText) {
  put(0x9000, 0x6F6C'6C65'48, 5);
  const Table t = memory_table(context(), {0x9000}, 16);
  EXPECT_EQ(at(t, "0x9000", "Bytes"), "48 65 6c 6c 6f 00 00 00  00 00 00 00 00 00 00 00");
  EXPECT_EQ(at(t, "0x9000", "Text"), "Hello...........");
}

TEST_F(Memory, DumpSkipsAHoleWithOneRow) {
  unmap(0xA000);
  const Table t = memory_table(context(), {0x9FF0}, 0x1020);
  EXPECT_EQ(keys(t), (std::vector<std::string>{"0x9ff0", "0xa000", "0xb000"}));
  EXPECT_EQ(find_cell(t, "0xa000", "Bytes")->tone, Tone::fault);
}

TEST_F(Memory, StackShowsWordsFromTheTopUp) {
  put(kKernelStack, 0x9100, 8);
  put(kKernelStack + 8, 77, 8);
  const Table t = stack_table(context(), 4);
  EXPECT_EQ(t.rows.size(), 4u);
  EXPECT_EQ(at(t, "0x10000", "Value"), "0x0000'0000'0000'9100");
  EXPECT_EQ(at(t, "0x10008", "Offset"), "+0x8");
}

TEST_F(Memory, StackSaysWhyItCannotBeRead) {
  cpu[Gpr::rsp] = 0xDEAD'0000;
  const Table t = stack_table(context());
  EXPECT_TRUE(t.rows.empty());
  EXPECT_THAT(t.note, HasSubstr("not readable: the page walk stopped at PDPT[3]"));
  unmap(0x1'1000);
  cpu[Gpr::rsp] = 0x1'0FF8;
  EXPECT_EQ(stack_table(context()).rows.size(), 2u) << "the word, and the sentence about the next page";
}

TEST_F(Memory, StackOf32BitCodeHasSmallWordsAndASegmentBase) {
  cpu.efer = 0;
  cpu.cr0 = 0x11;
  cpu.cs.attributes = 0xC09B;
  cpu.ss.base = 0x1'0000;
  cpu[Gpr::rsp] = 0x20;
  put(0x1'0020, 0x1234'5678, 4);
  const Table t = stack_table(context(), 2);
  EXPECT_EQ(at(t, "0x10020", "Value"), "0x12345678");
  EXPECT_EQ(t.rows[1].key, "0x10024");
}

class Topics : public InspectLab {};

TEST_F(Topics, AllMakeTheTableOfTheirName) {
  deliver_and_keep({.vector = 32, .source = Source::external});
  for (const InspectTopic& topic : topics()) {
    if (*topic.argument && *topic.argument != '[') continue;  // cannot do without one
    const auto table = topic.make(context(), "");
    ASSERT_TRUE(table.has_value()) << topic.name << ": " << table.error().sentence;
    EXPECT_EQ(table->name, topic.name);
    EXPECT_FALSE(table->columns.empty()) << topic.name;
    for (const Row& row : table->rows)
      EXPECT_LE(row.cells.size(), table->columns.size()) << topic.name << " " << row.key;
  }
}

TEST_F(Topics, RowKeysAreUnique) {
  for (const InspectTopic& topic : topics()) {
    const auto table = topic.make(context(), "");
    if (!table) continue;
    auto all = keys(*table);
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end()) << topic.name;
  }
}

TEST_F(Topics, UnderstandTheirArguments) {
  EXPECT_EQ(inspect(context(), "walk", "0x9000 write user")->note.substr(0, 20), "A write by user code");
  EXPECT_EQ(inspect(context(), "memory", "0x9000 32")->rows.size(), 2u);
  EXPECT_EQ(inspect(context(), "stack", "3")->rows.size(), 3u);
  EXPECT_EQ(inspect(context(), "cells", "3")->rows.size(), 80u);
}

TEST_F(Topics, ComplainInOneSentence) {
  for (const auto& [name, argument, part] :
       {std::tuple{"nothing", "", "There is no table called \"nothing\""},
        {"cells", "25", "rows 0 to 24"},
        {"idt", "5", "takes no argument"},
        {"memory", "nowhere", "nowhere"},
        {"memory", "0x9000 many", "\"many\" is no number"},
        {"events", "sneezes", "\"sneezes\" is no kind of event"},
        {"anatomy", "", "delivered yet"},
        {"value", "", "Say which variable"},
        {"value", "nobody", "nobody"}}) {
    const auto table = inspect(context(), name, argument);
    ASSERT_FALSE(table.has_value()) << name << " " << argument;
    EXPECT_THAT(table.error().sentence, HasSubstr(part));
    EXPECT_EQ(table.error().sentence.back(), '.');
  }
}

}  // namespace
}  // namespace ringside
