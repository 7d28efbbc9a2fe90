// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/placement.h"

#include <gmock/gmock.h>

namespace ringside {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t k16MiB = 16 << 20;

TEST(Placement, TakesWhatIsFreeAndKeepsTheListInOrder) {
  Placement placement(k16MiB);
  EXPECT_TRUE(placement.claim("b", 0x200000, 0x1000));
  EXPECT_TRUE(placement.claim("a", 0x100000, 0x100000));
  EXPECT_TRUE(placement.claim("c", 0x201000, 0x1000));
  EXPECT_TRUE(placement.claim("zero", 0x0, 0x500));
  EXPECT_THAT(
      placement.placed(),
      ::testing::ElementsAre(PlacedRange{"zero", 0, 0x500}, PlacedRange{"a", 0x100000, 0x200000},
                             PlacedRange{"b", 0x200000, 0x201000}, PlacedRange{"c", 0x201000, 0x202000}));
}

TEST(Placement, NamesBothSidesOfAnOverlap) {
  Placement placement(k16MiB);
  ASSERT_TRUE(placement.claim("first", 0x200000, 0x1000));
  for (const auto& [start, size] :
       {std::pair{0x200000, 1}, {0x200FFF, 1}, {0x1FF000, 0x1001}, {0x1FF000, 0x10000}, {0x200100, 0x10}}) {
    const auto result = placement.claim("second", start, size);
    ASSERT_FALSE(result) << start;
    EXPECT_THAT(result.error().sentence, HasSubstr("second"));
    EXPECT_THAT(result.error().sentence, HasSubstr("overlaps first (0x200000..0x201000)"));
  }
  EXPECT_TRUE(placement.claim("before", 0x1FFFFF, 1));
  EXPECT_TRUE(placement.claim("behind", 0x201000, 1));
}

TEST(Placement, RefusesWhatIsNotRam) {
  Placement placement(k16MiB);
  EXPECT_TRUE(placement.claim("low", 0x9FBFF, 1));
  EXPECT_FALSE(placement.claim("ebda", 0x9FC00, 1));
  EXPECT_FALSE(placement.claim("into the ebda", 0x9F000, 0x1000));
  EXPECT_THAT(placement.claim("video", 0xB8000, 4000).error().sentence, HasSubstr("video memory and ROM"));
  EXPECT_THAT(placement.claim("top", 0xFE0000, 1).error().sentence, HasSubstr("16384 KiB of RAM"));
  EXPECT_TRUE(placement.claim("last", 0xFDFFFF, 1));
}

TEST(Placement, FindsTheLowestAndTheHighestRoom) {
  Placement placement(k16MiB);
  ASSERT_TRUE(placement.claim("image", 0x100000, 0x12345));
  EXPECT_EQ(placement.lowest(0x1000, 0x1000, 0x100000, k16MiB), 0x113000u);
  EXPECT_EQ(placement.lowest(0x1000, 1, 0x100000, k16MiB), 0x112345u);
  EXPECT_EQ(placement.highest(0x1000, 0x1000, 0, k16MiB), 0xFDF000u);
  EXPECT_EQ(placement.highest(0x1001, 0x1000, 0, k16MiB), 0xFDE000u);
  EXPECT_EQ(placement.lowest(0x8FC00, 1, 0x10000, k16MiB), 0x10000u);
  EXPECT_EQ(placement.lowest(0x8FC01, 1, 0x10000, k16MiB), 0x112345u) << "never across the hole";
  EXPECT_EQ(placement.lowest(0x1000, 1, 0x100000, 0x100FFF), std::nullopt);
  EXPECT_EQ(placement.lowest(k16MiB, 1, 0, k16MiB), std::nullopt);
}

TEST(Placement, FindsAGapBetweenTwo) {
  Placement placement(k16MiB);
  ASSERT_TRUE(placement.claim("a", 0x100000, 0x1000));
  ASSERT_TRUE(placement.claim("b", 0x103000, 0x100000));
  EXPECT_EQ(placement.lowest(0x2000, 0x1000, 0x100000, k16MiB), 0x101000u);
  EXPECT_EQ(placement.lowest(0x2001, 0x1000, 0x100000, k16MiB), 0x203000u);
}

}  // namespace
}  // namespace ringside
