// SPDX-License-Identifier: GPL-2.0-or-later
// The page walk of 32-bit and PAE paging, and the words for all of them.
#include "tests/unit/support/paging_lab.h"

namespace ringside {
namespace {

// 0xC123'4567: directory 0x304, table 0x234.
class TwoLevel : public Paging {
 protected:
  static constexpr std::uint64_t kAddress = 0xC123'4567, kPde = 0x1000 + 4 * 0x304, kPte = 0x2000 + 4 * 0x234;
  TwoLevel() {
    cpu_.cr0 = 0x8001'0001;
    cpu_.cr3 = 0x1000;
    entry(kPde, 0x2000 | P | W | U, 4);
    entry(kPte, 0xABCDE'000 | P | W | U, 4);
  }
};

TEST_F(TwoLevel, WalksTwoTablesOfFourByteEntries) {
  const Walk w = look(kAddress, kUserWrite);
  ASSERT_TRUE(w.ok());
  EXPECT_EQ(w.physical.value, 0xABCDE'567u);
  ASSERT_EQ(w.count, 2u);
  EXPECT_EQ(w.entries[0].level, 2u);
  EXPECT_EQ(w.entries[0].index, 0x304u);
  EXPECT_EQ(w.entries[0].address.value, kPde);
  EXPECT_EQ(w.entries[1].index, 0x234u);
  EXPECT_EQ(w.entries[1].entry, 0xABCDE'007u);
  EXPECT_EQ(w.entries[1].entry_bytes, 4u);
}

TEST_F(TwoLevel, IgnoresTheUpperHalfOfTheAddress) {
  const Walk w = look(0xFFFF'FFFF'0000'0000 | kAddress);
  EXPECT_EQ(w.physical.value, 0xABCDE'567u);
  EXPECT_EQ(w.address.value, kAddress);
}

TEST_F(TwoLevel, PseDecidesWhetherTheSizeBitCounts) {
  entry(kPde, 0x2000 | P | W | PS, 4);
  EXPECT_EQ(look(kAddress).physical.value, 0xABCDE'567u);
  EXPECT_EQ(look(kAddress).page_bytes, 4096u);
  cpu_.cr4 = 0x10;
  entry(kPde, 0x0080'0000 | P | W | PS, 4);
  EXPECT_EQ(look(kAddress).physical.value, 0x0080'0000u + 0x123'4567 % 0x40'0000);
  EXPECT_EQ(look(kAddress).page_bytes, 0x40'0000u);
}

TEST_F(TwoLevel, Pse36PutsAddressBits32To39Into13To20) {
  cpu_.cr4 = 0x10;
  entry(kPde, 0x0080'0000 | 0xA5 << 13 | P | PS, 4);
  EXPECT_EQ(look(kAddress).physical.value, 0xA5'00A3'4567u);
  entry(kPde, 0x0080'0000 | 1 << 21 | P | PS, 4);
  EXPECT_EQ(look(kAddress).fault, WalkFault::reserved_bit);
  EXPECT_EQ(look(kAddress).fault_level, 2u);
  EXPECT_EQ(look(kAddress).error_code, 9u);
}

TEST_F(TwoLevel, HasNoNoExecute) {
  cpu_.efer = 0x800;
  EXPECT_TRUE(look(kAddress, kFetch).ok());
  entry(kPte, 0, 4);
  EXPECT_EQ(look(kAddress, kFetch).error_code, 0u);
  EXPECT_EQ(look(kAddress, kFetch).fault_level, 1u);
}

TEST_F(TwoLevel, RightsOfBothLevelsCount) {
  entry(kPde, 0x2000 | P | W, 4);
  EXPECT_EQ(look(kAddress, kUserRead).error_code, 5u);
  EXPECT_EQ(look(kAddress, kUserRead).fault_level, 2u);
  entry(kPde, 0x2000 | P | W | U, 4);
  entry(kPte, 0xABCDE'000 | P | U, 4);
  EXPECT_EQ(look(kAddress, kWrite).error_code, 3u);
  EXPECT_EQ(look(kAddress, kWrite).fault_level, 1u);
  entry(kPde, 0, 4);
  EXPECT_EQ(look(kAddress, kWrite).error_code, 2u);
  EXPECT_EQ(look(kAddress, kWrite).fault_level, 2u);
}

// 0xC123'4567: pointer 3, directory 0x009, table 0x034.
class Pae : public Paging {
 protected:
  static constexpr std::uint64_t kAddress = 0xC123'4567, kPdpte = 0x1020 + 8 * 3, kPde = 0x2000 + 8 * 9,
                                 kPte = 0x3000 + 8 * 0x34;
  Pae() {
    cpu_.cr0 = 0x8001'0001;
    cpu_.cr4 = 0x20;
    cpu_.efer = 0x800;
    cpu_.cr3 = 0x1020;  // the four pointers are 32-byte aligned, not page-aligned
    entry(kPdpte, 0x2000 | P);
    entry(kPde, 0x3000 | P | W | U);
    entry(kPte, 0x12'3456'7000 | P | W | U);
  }
};

TEST_F(Pae, WalksThreeTablesIntoFortyBitAddresses) {
  const Walk w = look(kAddress, kUserWrite);
  ASSERT_TRUE(w.ok());  // the pointer's W and U do not exist
  EXPECT_EQ(w.physical.value, 0x12'3456'7567u);
  ASSERT_EQ(w.count, 3u);
  EXPECT_EQ(w.entries[0].level, 3u);
  EXPECT_EQ(w.entries[0].address.value, kPdpte);
  EXPECT_EQ(w.entries[1].index, 9u);
  EXPECT_EQ(w.entries[2].index, 0x34u);
}

TEST_F(Pae, MapsA2MibPage) {
  entry(kPde, 0x60'0000 | P | PS);
  EXPECT_EQ(look(kAddress).physical.value, 0x60'0000u + 0x34567);
  EXPECT_EQ(look(kAddress).page_bytes, 0x20'0000u);
}

TEST_F(Pae, ReservedBitsOfThePointer) {
  for (const unsigned bad : {1u, 2u, 5u, 6u, 7u, 8u, 40u, 52u, 63u}) {
    entry(kPdpte, 0x2000 | P | std::uint64_t{1} << bad);
    EXPECT_EQ(look(kAddress).fault, WalkFault::reserved_bit) << "bit " << bad;
    EXPECT_EQ(look(kAddress).fault_level, 3u);
  }
  entry(kPdpte, 0x2000 | P | 0xE18);  // software bits, caching
  EXPECT_TRUE(look(kAddress).ok());
  entry(kPdpte, 0x2000);
  EXPECT_EQ(look(kAddress).fault, WalkFault::not_present);
  EXPECT_EQ(look(kAddress).fault_level, 3u);
}

TEST_F(Pae, Bits52To62AreReservedHere) {
  for (const std::uint64_t at : {kPde, kPte}) {
    const std::uint64_t before = memory_.read({at}, 8);
    for (const unsigned bad : {40u, 52u, 62u}) {
      entry(at, before | std::uint64_t{1} << bad);
      EXPECT_EQ(look(kAddress, kUserRead).error_code, 0xDu) << "bit " << bad;
    }
    entry(at, before);
  }
}

TEST_F(Pae, HasNoExecuteWithNxe) {
  entry(kPte, memory_.read({kPte}, 8) | NX);
  EXPECT_EQ(look(kAddress, kFetch).fault, WalkFault::no_execute);
  EXPECT_EQ(look(kAddress, kFetch).error_code, 0x11u);
  EXPECT_TRUE(look(kAddress, kRead).ok());
  cpu_.efer = 0;
  EXPECT_EQ(look(kAddress, kRead).fault, WalkFault::reserved_bit);
}
TEST_F(Pae, ThePointersHaveNoAccessedBit) {
  EXPECT_FALSE(marked(look(kAddress), AccessKind::read));
  for (const std::uint64_t at : {kPde, kPte}) entry(at, memory_.read({at}, 8) | A | D);
  EXPECT_TRUE(marked(look(kAddress), AccessKind::write));
}

TEST(PagingNames, LevelsByMode) {
  EXPECT_STREQ(level_name(PagingMode::four_level, 4), "PML4");
  EXPECT_STREQ(level_name(PagingMode::four_level, 3), "PDPT");
  EXPECT_STREQ(level_name(PagingMode::two_level, 2), "PD");
  EXPECT_STREQ(level_name(PagingMode::pae, 1), "PT");
  EXPECT_STREQ(level_name(PagingMode::two_level, 3), "");
  EXPECT_STREQ(level_name(PagingMode::none, 0), "");
}

TEST(PagingNames, EachFaultHasASentenceOfItsOwn) {
  EXPECT_STREQ(name(WalkFault::write_protected), "write to a read-only page");
  EXPECT_STREQ(name(WalkFault::not_present), "not present");
  EXPECT_STREQ(name(WalkFault::no_execute), "fetch from a no-execute page");
}

}  // namespace
}  // namespace ringside