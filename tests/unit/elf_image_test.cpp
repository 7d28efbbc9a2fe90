// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/elf_image.h"

#include <gmock/gmock.h>

#include "tests/unit/support/elf_builder.h"

namespace ringside {
namespace {

using namespace testing;

class EitherClass : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(ElfImage, EitherClass, ::testing::Values(false, true),
                         [](const auto& is_64) { return is_64.param ? "Elf64" : "Elf32"; });

TEST_P(EitherClass, YieldsSegmentsWithTheirAddressesAndContent) {
  const TestElf elf{
      .is_64 = GetParam(),
      .entry = 0x100004,
      .segments = {{.physical = 0x100000, .content = filled(24, 0xAB), .memory_size = 0x2000},
                   {.physical = 0x300000, .content = filled(5, 0xCD), .virtual_address = 0x40300000}}};
  const ByteVector file = elf.build();
  const auto image = parse_elf(file);
  ASSERT_TRUE(image) << image.error().sentence;
  EXPECT_EQ(image->is_64, GetParam());
  EXPECT_EQ(image->entry, 0x100004u);
  ASSERT_EQ(image->segments.size(), 2u);
  EXPECT_EQ(image->segments[0].physical, 0x100000u);
  EXPECT_EQ(image->segments[0].memory_size, 0x2000u);
  EXPECT_EQ(image->segments[0].flags, 7u);
  EXPECT_THAT(image->segments[0].content, ::testing::ElementsAreArray(filled(24, 0xAB)));
  EXPECT_EQ(image->segments[1].virtual_address, 0x40300000u);
  EXPECT_EQ(image->segments[1].physical, 0x300000u);
  EXPECT_THAT(image->segments[1].content, ::testing::ElementsAreArray(filled(5, 0xCD)));
}

TEST_P(EitherClass, YieldsSectionsWithTheirNames) {
  const TestElf elf{.is_64 = GetParam(),
                    .segments = {{.physical = 0x100000, .content = filled(8, 1)}},
                    .sections = {{.type = 2, .content = filled(48, 2), .alignment = 8},
                                 {.type = 3, .content = text("?.symtab")}},
                    .names_index = 2};
  ByteVector file = elf.build();
  const std::size_t row = GetParam() ? 64 : 40;
  overwrite(file, file.size() - 2 * row, 1, 4);  // the first section's name: one into the table
  const auto image = parse_elf(file);
  ASSERT_TRUE(image) << image.error().sentence;
  ASSERT_EQ(image->sections.size(), 3u);
  EXPECT_EQ(image->sections[0].type, kSectionNull);
  EXPECT_EQ(image->sections[1].type, kSectionSymbols);
  EXPECT_EQ(image->sections[1].size, 48u);
  EXPECT_EQ(image->sections[1].alignment, 8u);
  EXPECT_EQ(image->sections[1].name, ".symtab");
  EXPECT_EQ(image->section_header_size, row);
  EXPECT_EQ(image->section_names_index, 2u);
  EXPECT_EQ(image->section_table.size(), 3 * row);
}

TEST_P(EitherClass, LeavesOutWhatIsNotLoaded) {
  TestElf elf{.is_64 = GetParam(),
              .segments = {{.physical = 0x100000, .content = filled(8, 1)}, {.physical = 0x200000}}};
  elf.segments.push_back({.physical = 0x300000, .content = filled(8, 1)});
  ByteVector file = elf.build();
  const std::size_t third = GetParam() ? 64 + 2 * 56 : 52 + 2 * 32;
  overwrite(file, third, 4, 4);  // PT_NOTE
  const auto image = parse_elf(file);
  ASSERT_TRUE(image) << image.error().sentence;
  EXPECT_EQ(image->segments.size(), 1u);
}

TEST(ElfEntry, IsTranslatedThroughTheSegmentThatHoldsIt) {
  const TestElf high{
      .entry = 0xFFFFFFFF80100010,
      .segments = {{.physical = 0x100000, .content = filled(64, 1), .virtual_address = 0xFFFFFFFF80100000}}};
  EXPECT_EQ(parse_elf(high.build())->physical_entry(), 0x100010u);
}

TEST(ElfEntry, MayBePhysicalAlready) {
  const TestElf high{
      .entry = 0x100010,
      .segments = {{.physical = 0x100000, .content = filled(64, 1), .virtual_address = 0xFFFFFFFF80100000}}};
  EXPECT_EQ(parse_elf(high.build())->physical_entry(), 0x100010u);
}

TEST(ElfImageTest, MoreSectionsThanAnyKernelHasAreRefused) {
  TestElf elf{.segments = {{.physical = 0x100000, .content = filled(64, 1)}},
              .sections = std::vector<TestSection>(4095)};  // and the empty one
  EXPECT_TRUE(parse_elf(elf.build()));
  elf.sections.emplace_back();
  const ByteVector file = elf.build();
  const auto image = parse_elf(file);
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().sentence, ::testing::HasSubstr("has 4097 rows"));
}

TEST(ElfEntry, IsVirtualWhereBothWouldDo) {
  const TestElf both{
      .is_64 = false,
      .entry = 0x200010,
      .segments = {{.physical = 0x200000, .content = filled(64, 1), .virtual_address = 0x800000},
                   {.physical = 0x300000, .content = filled(64, 1), .virtual_address = 0x200000}}};
  EXPECT_EQ(parse_elf(both.build())->physical_entry(), 0x300010u);
}

TEST(ElfEntry, IsNothingOutsideTheSegments) {
  for (const std::uint64_t entry : {0x0ull, 0xFFFFFull, 0x100040ull, 0xFFFFFFFFFFFFFFFFull}) {
    const TestElf elf{.entry = entry, .segments = {{.physical = 0x100000, .content = filled(64, 1)}}};
    EXPECT_EQ(parse_elf(elf.build())->physical_entry(), std::nullopt) << entry;
  }
}

}  // namespace
}  // namespace ringside
