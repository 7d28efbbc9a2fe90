// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/table_pages.h"

#include <gtest/gtest.h>

#include <vector>

namespace ringside {
namespace {

class TablePagesTest : public testing::Test {
 protected:
  std::vector<std::byte> ram{8 << 20};
  PhysicalMemory memory{ram};
  WrittenPages written{memory.size()};
  TablePages tables{memory, written};
  CpuState cpu;

  TablePagesTest() {
    cpu.cr0 = cr0::pg | cr0::pe;
    cpu.cr3 = 0x1000;
  }
  void long_mode() {
    cpu.cr4 = cr4::pae;
    cpu.efer = efer::lme | efer::lma;
  }
  void put(std::uint64_t at, std::uint64_t entry, unsigned bytes = 8) { memory.write({at}, entry, bytes); }
  // The pages of the first 64 KiB that hold tables, as bits.
  unsigned held() const {
    unsigned bits = 0;
    for (unsigned page = 0; page < 16; ++page) bits |= unsigned{tables.hold({page * 0x1000u + 8})} << page;
    return bits;
  }
};

TEST_F(TablePagesTest, WithPagingOffThereAreNone) {
  cpu.cr0 = cr0::pe;
  tables.follow(cpu);
  EXPECT_EQ(held(), 0u);
}

TEST_F(TablePagesTest, FourLevelsAreFollowedToTheLastTableButNotToPages) {
  long_mode();
  put(0x1000, 0x2003);
  put(0x2008, 0x3003);
  put(0x2010, 0x40000083);  // maps 1 GiB
  put(0x3000, 0x4003);
  put(0x3008, 0x200083);  // maps 2 MiB
  put(0x3010, 0x5002);    // not present
  put(0x4000, 0x6003);    // maps 4 KiB
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b11110u);
  EXPECT_TRUE(tables.hold({0xFF9}, 8)) << "the last byte lies on the first table";
  EXPECT_FALSE(tables.hold({0x5000}, 0x1000));
}

TEST_F(TablePagesTest, AStoreBringsInTheTablesThatItNames) {
  long_mode();
  put(0x1000, 0x2003);
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b110u);
  put(0x2018, 0x3003);
  put(0x3FF8, 0x4003);
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b110u) << "nobody said so";
  tables.written({0x2019}, 1);  // a part of the entry
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b11110u);
}

TEST_F(TablePagesTest, AnotherCr3ForgetsTheFormerTables) {
  long_mode();
  put(0x1000, 0x2003);
  put(0x8000, 0x2003);
  tables.follow(cpu);
  cpu.cr3 = 0x8000 | 0x18;  // PWT and PCD are no part of the address
  tables.follow(cpu);
  EXPECT_EQ(held(), 1u << 8 | 1u << 2);
  tables.forget();
  EXPECT_EQ(held(), 0u);
  tables.follow(cpu);
  EXPECT_EQ(held(), 1u << 8 | 1u << 2);
}

TEST_F(TablePagesTest, TwoLevelsTakeALargePageForOneOnlyWithPse) {
  put(0x1000, 0x2003, 4);
  put(0x1004, 0x3083, 4);
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b1110u);
  cpu.cr4 = cr4::pse;
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b110u);
}

TEST_F(TablePagesTest, PaeHasFourPointersBeforeItsDirectories) {
  cpu.cr4 = cr4::pae;
  cpu.cr3 = 0x1020;
  put(0x1020, 0x2001);
  put(0x1038, 0x3001);
  put(0x1040, 0x4001);  // a fifth
  put(0x2000, 0x5003);
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b101110u);
}

TEST_F(TablePagesTest, TablesThatNameThemselvesOrLieOutsideOfMemoryEnd) {
  long_mode();
  for (unsigned i = 0; i < 512; ++i) put(0x1000 + 8 * i, i % 2 ? 0x1003 : 0x70000000 + 0x1000 * i + 3);
  tables.follow(cpu);
  EXPECT_EQ(held(), 0b10u);
}

}  // namespace
}  // namespace ringside
