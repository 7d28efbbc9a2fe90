// SPDX-License-Identifier: GPL-2.0-or-later
// Images that a real assembler and linker made; the unit tests use images made by hand.
#include "tests/kernel/boot_images.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "tests/unit/support/elf_builder.h"

namespace ringside {
namespace {

using namespace testing;

ByteVector read_image(std::string_view name) {
  std::ifstream file(std::string(RINGSIDE_BOOT_IMAGES) + "/" + std::string(name), std::ios::binary);
  EXPECT_TRUE(file) << name << " is not built";
  return text(std::string(std::istreambuf_iterator<char>(file), {}));
}

class BootImages : public ::testing::TestWithParam<BootImage> {};
INSTANTIATE_TEST_SUITE_P(All, BootImages, ::testing::ValuesIn(kBootImages), [](const auto& image) {
  return std::string(image.param.file.substr(0, image.param.file.find('.')));
});

TEST_P(BootImages, LoadWhereTheyWereLinkedAndStartAtTheirFirstInstruction) {
  const BootImage& expected = GetParam();
  ByteVector ram(kBootRam);
  const ByteVector image = read_image(expected.file);
  const auto entry = load({image,
                           std::string(expected.file),
                           std::string(kBootCommandLine),
                           {{std::string(kBootModuleName), text(kBootModule)}}},
                          ram);
  ASSERT_TRUE(entry) << entry.error().sentence;
  EXPECT_EQ(entry->protocol, expected.protocol);
  EXPECT_EQ(entry->image_start, expected.start);
  EXPECT_EQ(entry->eax, expected.protocol == BootProtocol::multiboot1 ? 0x2BADB002u : 0x36D76289u);
  ASSERT_GE(entry->eip, entry->image_start);
  ASSERT_LT(entry->eip, entry->image_end);
  // Each starts with mov esp, imm32 (BC), a compare (3D), lea esp (8D) or a jump over the header (EB).
  EXPECT_THAT(number_at(ram, entry->eip, 1), ::testing::AnyOf(0xBCu, 0x3Du, 0x8Du, 0xEBu));
}

TEST_P(BootImages, AreDescribedWithoutLoading) {
  const BootImage& expected = GetParam();
  const auto summary = examine(read_image(expected.file));
  ASSERT_TRUE(summary) << summary.error().sentence;
  EXPECT_EQ(summary->format, expected.format);
  EXPECT_EQ(summary->protocol, expected.protocol);
  EXPECT_EQ(summary->relocatable, expected.file == "multiboot2_relocatable.elf");
  EXPECT_EQ(summary->by_address_fields,
            expected.format == ImageFormat::flat || expected.file == "multiboot1_elf64_fields.elf");
  EXPECT_EQ(summary->has_symbols, !summary->by_address_fields);
  EXPECT_EQ(summary->sentence.back(), '.');
}

TEST(BootImagesEntry, IsTheHeadersAndNotTheElfsWhereTheyDiffer) {
  const ByteVector image = read_image("multiboot1_elf64_fields.elf");
  const auto summary = examine(image);
  ASSERT_TRUE(summary);
  EXPECT_NE(summary->entry, u64_at(image, 24)) << "e_entry of ELF64 stands at offset 24";
}

}  // namespace
}  // namespace ringside
