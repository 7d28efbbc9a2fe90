// SPDX-License-Identifier: GPL-2.0-or-later
// The page walk in long mode and with paging off.
#include "tests/unit/support/paging_lab.h"

namespace ringside {
namespace {

// 0x0000'1234'5678'9ABC: PML4 index 0x24, PDPT 0xD1, PD 0xB3, PT 0x189.
class FourLevel : public Paging {
 protected:
  static constexpr std::uint64_t kAddress = 0x1234'5678'9ABC;
  static constexpr std::uint64_t kPml4e = 0x1000 + 8 * 0x24, kPdpte = 0x2000 + 8 * 0xD1,
                                 kPde = 0x3000 + 8 * 0xB3, kPte = 0x4000 + 8 * 0x189;
  static constexpr std::uint64_t kEntry[] = {0, kPte, kPde, kPdpte, kPml4e};  // by level

  FourLevel() {
    cpu_.cr0 = 0x8001'0001;  // PG, WP, PE
    cpu_.cr4 = 0x20;         // PAE
    cpu_.efer = 0xD00;       // LME, LMA, NXE
    cpu_.cr3 = 0x1000;
    entry(kPml4e, 0x2000 | P | W | U);
    entry(kPdpte, 0x3000 | P | W | U);
    entry(kPde, 0x4000 | P | W | U);
    entry(kPte, 0x12345'000 | P | W | U);
  }
  std::uint64_t value(unsigned level) { return memory_.read({kEntry[level]}, 8); }
};

TEST_F(Paging, IsOffWithoutPgAndMasksTo32Bits) {
  cpu_.cr0 = 1;
  const Walk w = look(0x1'0000'1234, kWrite);
  EXPECT_TRUE(w.ok());
  EXPECT_EQ(w.physical.value, 0x1234u);
  EXPECT_EQ(w.paging, PagingMode::none);
  EXPECT_EQ(w.page_bytes, 0u);
  EXPECT_EQ(w.count, 0u);
}

TEST_F(Paging, ModeFollowsPgPaeAndLma) {
  EXPECT_EQ(paging_mode(cpu_), PagingMode::none);
  cpu_.cr0 = 0x8000'0001;
  EXPECT_EQ(paging_mode(cpu_), PagingMode::two_level);
  cpu_.cr4 = 0x20;
  EXPECT_EQ(paging_mode(cpu_), PagingMode::pae);
  cpu_.efer = 0x500;
  EXPECT_EQ(paging_mode(cpu_), PagingMode::four_level);
}

TEST_F(FourLevel, WalksFourTablesToA4KibPage) {
  const Walk w = look(kAddress);
  ASSERT_TRUE(w.ok());
  EXPECT_EQ(w.physical.value, 0x12345'ABCu);
  EXPECT_EQ(w.page_bytes, 4096u);
  ASSERT_EQ(w.count, 4u);
  const std::uint64_t index[] = {0x24, 0xD1, 0xB3, 0x189};
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(w.entries[i].level, 4 - i);
    EXPECT_EQ(w.entries[i].index, index[i]);
    EXPECT_EQ(w.entries[i].address.value, kEntry[4 - i]);
    EXPECT_EQ(w.entries[i].entry, value(4 - i));
    EXPECT_EQ(w.entries[i].entry_bytes, 8u);
  }
  EXPECT_TRUE(w.writable);
  EXPECT_TRUE(w.user);
  EXPECT_FALSE(w.no_execute);
}

TEST_F(FourLevel, MapsA2MibPage) {
  entry(kPde, 0x60'0000 | P | W | PS);
  const Walk w = look(kAddress);
  ASSERT_TRUE(w.ok());
  EXPECT_EQ(w.physical.value, 0x60'0000u + 0x189ABC);  // offset: 21 bits of the address
  EXPECT_EQ(w.page_bytes, 0x20'0000u);
  EXPECT_EQ(w.count, 3u);
}

TEST_F(FourLevel, MapsA1GibPage) {
  entry(kPdpte, 0x8000'0000 | P | W | PS | 0x1000);  // bit 12 is PAT, not address
  const Walk w = look(kAddress);
  ASSERT_TRUE(w.ok());
  EXPECT_EQ(w.physical.value, 0x8000'0000u + 0x1678'9ABC);  // 30 bits
  EXPECT_EQ(w.page_bytes, 0x4000'0000u);
  EXPECT_EQ(w.count, 2u);
}

TEST_F(FourLevel, IgnoresSoftwareBitsAndTheCr3Flags) {
  cpu_.cr3 |= 0x18;                                       // PWT, PCD
  entry(kPte, value(1) | 0x7FF0'0000'0000'0E00 | 0x19C);  // 52-62, 9-11, caching, PAT, G
  EXPECT_EQ(look(kAddress).physical.value, 0x12345'ABCu);
}

TEST_F(FourLevel, RefusesNonCanonicalAddressesWithoutAWalk) {
  for (const std::uint64_t address : {0x0000'8000'0000'0000u, 0xFFFF'7FFF'FFFF'FFFFu}) {
    const Walk w = look(address);
    EXPECT_EQ(w.fault, WalkFault::non_canonical);
    EXPECT_EQ(w.error_code, 0u);
    EXPECT_EQ(w.count, 0u);
  }
  EXPECT_EQ(look(0xFFFF'8000'0000'0000).fault, WalkFault::not_present);
  EXPECT_EQ(look(0x0000'7FFF'FFFF'FFFF).fault, WalkFault::not_present);
}

TEST_F(FourLevel, NotPresentAtEachLevel) {
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t before = value(level);
    entry(kEntry[level], before & ~P);
    for (const auto& [access, code] : {std::pair{kRead, 0u},
                                       {kWrite, 2u},
                                       {kUserRead, 4u},
                                       {kUserWrite, 6u},
                                       {kFetch, 16u},
                                       {kUserFetch, 20u}}) {
      const Walk w = look(kAddress, access);
      EXPECT_EQ(w.fault, WalkFault::not_present);
      EXPECT_EQ(w.fault_level, level);
      EXPECT_EQ(w.error_code, code);
      EXPECT_EQ(w.count, 5 - level);
    }
    entry(kEntry[level], before);
  }
}

TEST_F(FourLevel, NotPresentLowerDownHidesMissingRightsAbove) {
  entry(kPml4e, value(4) & ~U);
  entry(kPte, 0);
  const Walk w = look(kAddress, kUserRead);
  EXPECT_EQ(w.fault, WalkFault::not_present);
  EXPECT_EQ(w.error_code, 4u);
}

TEST_F(FourLevel, UserDeniedAtEachLevel) {
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t before = value(level);
    entry(kEntry[level], before & ~U);
    for (const auto& [access, code] : {std::pair{kUserRead, 5u}, {kUserWrite, 7u}, {kUserFetch, 21u}}) {
      const Walk w = look(kAddress, access);
      EXPECT_EQ(w.fault, WalkFault::user_denied);
      EXPECT_EQ(w.fault_level, level);
      EXPECT_EQ(w.error_code, code);
      EXPECT_FALSE(w.user);
    }
    EXPECT_TRUE(look(kAddress, kWrite).ok());
    entry(kEntry[level], before);
  }
}

TEST_F(FourLevel, ReadOnlyAtEachLevel) {
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t before = value(level);
    entry(kEntry[level], before & ~W);
    for (const auto& [access, code] : {std::pair{kWrite, 3u}, {kUserWrite, 7u}}) {
      const Walk w = look(kAddress, access);
      EXPECT_EQ(w.fault, WalkFault::write_protected);
      EXPECT_EQ(w.fault_level, level);
      EXPECT_EQ(w.error_code, code);
    }
    EXPECT_TRUE(look(kAddress, kUserRead).ok());
    EXPECT_FALSE(look(kAddress, kUserRead).writable);
    entry(kEntry[level], before);
  }
}

TEST_F(FourLevel, TheUppermostLevelThatWithholdsARightIsBlamed) {
  entry(kPdpte, value(3) & ~W);
  entry(kPte, value(1) & ~W);
  EXPECT_EQ(look(kAddress, kWrite).fault_level, 3u);
}

TEST_F(FourLevel, WithoutWpTheSupervisorWritesReadOnlyPages) {
  cpu_.cr0 = 0x8000'0001;
  entry(kPte, value(1) & ~W);
  EXPECT_TRUE(look(kAddress, kWrite).ok());
  EXPECT_EQ(look(kAddress, kUserWrite).fault, WalkFault::write_protected);
}

TEST_F(FourLevel, NoExecuteAtEachLevel) {
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t before = value(level);
    entry(kEntry[level], before | NX);
    for (const auto& [access, code] : {std::pair{kFetch, 0x11u}, {kUserFetch, 0x15u}}) {
      const Walk w = look(kAddress, access);
      EXPECT_EQ(w.fault, WalkFault::no_execute);
      EXPECT_EQ(w.fault_level, level);
      EXPECT_EQ(w.error_code, code);
      EXPECT_TRUE(w.no_execute);
    }
    EXPECT_TRUE(look(kAddress, kUserWrite).ok());
    entry(kEntry[level], before);
  }
}

TEST_F(FourLevel, WithNxOffBit63IsReserved) {
  cpu_.efer = 0x500;
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t before = value(level);
    entry(kEntry[level], before | NX);
    const Walk w = look(kAddress, kRead);
    EXPECT_EQ(w.fault, WalkFault::reserved_bit);
    EXPECT_EQ(w.fault_level, level);
    EXPECT_EQ(w.error_code, 9u);
    EXPECT_EQ(look(kAddress, kUserFetch).error_code, 0xDu);  // I/D is told only with NXE or SMEP
    entry(kEntry[level], before);
  }
}

TEST_F(FourLevel, ReservedAddressBitsAboveFortyAtEachLevel) {
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t before = value(level);
    for (const unsigned bad : {40u, 45u, 51u}) {
      entry(kEntry[level], before | std::uint64_t{1} << bad);
      const Walk w = look(kAddress, kUserWrite);
      EXPECT_EQ(w.fault, WalkFault::reserved_bit) << "bit " << bad;
      EXPECT_EQ(w.fault_level, level);
      EXPECT_EQ(w.error_code, 0xFu);
    }
    entry(kEntry[level], before);
  }
  entry(kPte, 0xFF'FFFF'F000 | P);
  EXPECT_EQ(look(kAddress).physical.value, 0xFF'FFFF'FABCu);
}

TEST_F(FourLevel, PageSizeBitIsReservedInThePml4AndIsPatInThePt) {
  entry(kPml4e, value(4) | PS);
  EXPECT_EQ(look(kAddress).fault, WalkFault::reserved_bit);
  EXPECT_EQ(look(kAddress).fault_level, 4u);
  entry(kPml4e, value(4) & ~PS);
  entry(kPte, value(1) | PS);
  EXPECT_TRUE(look(kAddress).ok());
}

TEST_F(FourLevel, LowAddressBitsOfLargePagesAreReserved) {
  for (const unsigned bad : {13u, 20u}) {
    entry(kPde, 0x60'0000 | P | PS | std::uint64_t{1} << bad);
    EXPECT_EQ(look(kAddress).fault, WalkFault::reserved_bit) << "2 MiB, bit " << bad;
    EXPECT_EQ(look(kAddress).fault_level, 2u);
  }
  for (const unsigned bad : {13u, 29u}) {
    entry(kPdpte, 0x4000'0000 | P | PS | std::uint64_t{1} << bad);
    EXPECT_EQ(look(kAddress).fault, WalkFault::reserved_bit) << "1 GiB, bit " << bad;
    EXPECT_EQ(look(kAddress).fault_level, 3u);
  }
}

TEST_F(FourLevel, ReservedBitsDoNotMatterInAnEntryThatIsNotPresent) {
  entry(kPde, 0x000F'FF00'0000'0000 | PS);
  EXPECT_EQ(look(kAddress).fault, WalkFault::not_present);
  EXPECT_EQ(look(kAddress).error_code, 0u);
}

TEST_F(FourLevel, SmepForbidsTheSupervisorToFetchFromUserPages) {
  EXPECT_TRUE(look(kAddress, kFetch).ok());
  cpu_.cr4 |= 1 << 20;
  EXPECT_EQ(look(kAddress, kFetch).fault, WalkFault::smep);
  EXPECT_EQ(look(kAddress, kFetch).error_code, 0x11u);
  EXPECT_EQ(look(kAddress, kFetch).fault_level, 0u);
  EXPECT_TRUE(look(kAddress, kUserFetch).ok());
  EXPECT_TRUE(look(kAddress, kWrite).ok());
  entry(kPdpte, value(3) & ~U);
  EXPECT_TRUE(look(kAddress, kFetch).ok());
}

TEST_F(FourLevel, SmepAloneMakesTheErrorCodeTellFetches) {
  cpu_.efer = 0x500;
  entry(kPte, 0);
  EXPECT_EQ(look(kAddress, kFetch).error_code, 0u);
  cpu_.cr4 |= 1 << 20;
  EXPECT_EQ(look(kAddress, kFetch).error_code, 0x10u);
}

TEST_F(FourLevel, SmapForbidsSupervisorDataOnUserPagesUnlessAcIsSet) {
  cpu_.cr4 |= 1 << 21;
  EXPECT_EQ(look(kAddress, kRead).fault, WalkFault::smap);
  EXPECT_EQ(look(kAddress, kRead).error_code, 1u);
  EXPECT_EQ(look(kAddress, kWrite).error_code, 3u);
  EXPECT_TRUE(look(kAddress, kFetch).ok());
  EXPECT_TRUE(look(kAddress, kUserWrite).ok());
  cpu_.rflags |= 1 << 18;
  EXPECT_TRUE(look(kAddress, kRead).ok());
  EXPECT_TRUE(look(kAddress, kWrite).ok());
  EXPECT_EQ(look(kAddress, kImplicitRead).fault, WalkFault::smap);  // the processor's own accesses ignore AC
  entry(kPde, value(2) & ~U);
  EXPECT_TRUE(look(kAddress, kImplicitRead).ok());
}

TEST_F(FourLevel, SmapHoldsWithoutWp) {
  cpu_.cr0 = 0x8000'0001;
  cpu_.cr4 |= 1 << 21;
  entry(kPte, value(1) & ~W);
  EXPECT_EQ(look(kAddress, kWrite).fault, WalkFault::smap);
}

TEST_F(FourLevel, ReadsTablesOutsideOfMemoryAsOnes) {
  entry(kPdpte, 0x7000'0000 | P | W);  // beyond the RAM of this machine
  const Walk w = look(kAddress);
  EXPECT_EQ(w.fault, WalkFault::reserved_bit);
  EXPECT_EQ(w.fault_level, 2u);
  EXPECT_EQ(w.entries[2].entry, 0xFFFF'FFFF'FFFF'FFFFu);
}

TEST_F(FourLevel, SetsNoAccessedBits) {
  const std::vector<std::byte> before = ram_;
  look(kAddress, kWrite);
  EXPECT_EQ(ram_, before);
}

TEST_F(FourLevel, ReadsThroughTheGivenReader) {
  unsigned reads = 0;
  const Walk w = walk(cpu_,
                      [&](PhysAddr at, unsigned size) {
                        EXPECT_EQ(size, 8u);
                        return ++reads == 4 ? 0x7000 | P : memory_.read(at, size);
                      },
                      {kAddress}, {});
  EXPECT_EQ(reads, 4u);
  EXPECT_EQ(w.physical.value, 0x7ABCu);
}

// What a TLB may keep of a walk: the rights for other accesses, and whether they would mark an entry.
TEST_F(FourLevel, AWalkTellsWhatElseItWouldAllow) {
  const Walk read = look(kAddress, kUserRead);
  for (const AccessKind kind : {AccessKind::read, AccessKind::write, AccessKind::fetch})
    EXPECT_TRUE(allows(cpu_, read, kind));
  entry(kPde, 0x4000 | P | U | NX);
  EXPECT_TRUE(allows(cpu_, look(kAddress, kUserRead), AccessKind::read));
  EXPECT_FALSE(allows(cpu_, look(kAddress, kUserRead), AccessKind::write));
  EXPECT_FALSE(allows(cpu_, look(kAddress, kRead), AccessKind::write)) << "CR0.WP is set";
  EXPECT_FALSE(allows(cpu_, look(kAddress, kRead), AccessKind::fetch));
  cpu_.cr0 &= ~cr0::wp;
  EXPECT_TRUE(allows(cpu_, look(kAddress, kRead), AccessKind::write));
}

TEST_F(FourLevel, IsMarkedWhenAllEntriesAreAccessedAndForWritesTheLastIsDirty) {
  EXPECT_FALSE(marked(look(kAddress), AccessKind::read));
  for (const std::uint64_t at : {kPml4e, kPdpte, kPde}) entry(at, memory_.read({at}, 8) | A);
  EXPECT_FALSE(marked(look(kAddress), AccessKind::read));
  entry(kPte, memory_.read({kPte}, 8) | A);
  EXPECT_TRUE(marked(look(kAddress), AccessKind::read));
  EXPECT_TRUE(marked(look(kAddress), AccessKind::fetch));
  EXPECT_FALSE(marked(look(kAddress), AccessKind::write));
  entry(kPte, memory_.read({kPte}, 8) | D);
  EXPECT_TRUE(marked(look(kAddress), AccessKind::write));
}

TEST_F(Paging, WithoutPagingNothingIsForbiddenOrToBeMarked) {
  cpu_.cr0 = 1;
  EXPECT_TRUE(allows(cpu_, look(0x1000), AccessKind::write));
  EXPECT_TRUE(marked(look(0x1000), AccessKind::write));
}

}  // namespace
}  // namespace ringside
