// SPDX-License-Identifier: GPL-2.0-or-later
// Offsets and numbers: Multiboot Specification 0.6.96, sections 3.1 to 3.3.
#include <gmock/gmock.h>

#include "sim/boot/loader.h"
#include "tests/unit/support/elf_builder.h"

namespace ringside {
namespace {

using namespace testing;

constexpr std::size_t kRam = 16 << 20;

ByteVector with_code(ByteVector header) {
  append(header, filled(64, 0x90));
  return header;
}

struct Booted {
  ByteVector ram = filled(kRam, 0xEE);
  Result<EntryState> entry;
  std::size_t info = 0;

  explicit Booted(const ByteVector& image, const std::string& command_line = "",
                  std::vector<BootModule> modules = {}) {
    entry = load({image, "k", command_line, std::move(modules)}, ram);
    if (entry) info = entry->ebx;
  }
  std::uint64_t field(std::size_t offset) const { return u32_at(ram, info + offset); }
  bool flag(int bit) const { return field(0) >> bit & 1; }
};

TestElf elf32() {
  return {.is_64 = false,
          .entry = 0x10000C,
          .segments = {
              {.physical = 0x100000, .content = with_code(multiboot1_header(0)), .memory_size = 0x3000}}};
}

TEST(Multiboot1, LoadsAnElf32WithItsZeroedMemory) {
  const Booted k(elf32().build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->protocol, BootProtocol::multiboot1);
  EXPECT_EQ(k.entry->eax, 0x2BADB002u);
  EXPECT_EQ(k.entry->eip, 0x10000Cu);
  EXPECT_EQ(k.entry->image_start, 0x100000u);
  EXPECT_EQ(k.entry->image_end, 0x103000u);
  EXPECT_EQ(u32_at(k.ram, 0x100000), 0x1BADB002u);
  EXPECT_EQ(number_at(k.ram, 0x10004B, 1), 0x90u);
  EXPECT_EQ(number_at(k.ram, 0x10004C, 1), 0u);
  EXPECT_EQ(number_at(k.ram, 0x102FFF, 1), 0u);
  EXPECT_EQ(number_at(k.ram, 0x103000, 1), 0xEEu) << "nothing behind the image";
}

TEST(Multiboot1, LoadsAnElf64WithoutAddressFieldsAsGrubDoes) {
  TestElf elf = elf32();
  elf.is_64 = true;
  const Booted k(elf.build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0x10000Cu);
  EXPECT_EQ(k.entry->eax, 0x2BADB002u);
}

TEST(Multiboot1, TellsMemoryAndItsMap) {
  const Booted k(elf32().build());
  EXPECT_TRUE(k.flag(0));
  EXPECT_EQ(k.field(4), 639u);
  EXPECT_EQ(k.field(8), 16u * 1024 - 1024 - 128);
  ASSERT_TRUE(k.flag(6));
  ASSERT_EQ(k.field(44), 5u * 24);
  const std::size_t map = k.field(48);
  const std::uint64_t rows[5][3] = {{0, 0x9FC00, 1},
                                    {0x9FC00, 0x400, 2},
                                    {0xF0000, 0x10000, 2},
                                    {0x100000, 0xEE0000, 1},
                                    {0xFE0000, 0x20000, 2}};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(u32_at(k.ram, map + 24 * i), 20u) << "the size does not count itself";
    EXPECT_EQ(u64_at(k.ram, map + 24 * i + 4), rows[i][0]);
    EXPECT_EQ(u64_at(k.ram, map + 24 * i + 12), rows[i][1]);
    EXPECT_EQ(u32_at(k.ram, map + 24 * i + 20), rows[i][2]);
  }
}

TEST(Multiboot1, PassesTheCommandLineAndItsOwnName) {
  const Booted k(elf32().build(), "root=/dev/ram  quiet");
  ASSERT_TRUE(k.flag(2));
  EXPECT_EQ(text_at(k.ram, k.field(16)), "root=/dev/ram  quiet");
  ASSERT_TRUE(k.flag(9));
  EXPECT_EQ(text_at(k.ram, k.field(64)), "Ringside");
}

TEST(Multiboot1, LeavesOutWhatThisPcDoesNotHave) {
  const Booted k(elf32().build());
  for (const int bit : {1, 3, 4, 5, 7, 8, 10, 11}) EXPECT_FALSE(k.flag(bit)) << bit;
}

TEST(Multiboot1, OffersEgaTextWhateverVideoModeIsWished) {
  TestElf elf = elf32();
  elf.segments[0].content = with_code(multiboot1_header(4, {0, 0, 0, 0, 0, 0, 1024, 768, 32}));
  for (const TestElf& image : {elf32(), elf}) {
    const Booted k(image.build());
    ASSERT_TRUE(k.entry);
    ASSERT_TRUE(k.flag(12));
    EXPECT_EQ(u64_at(k.ram, k.info + 88), 0xB8000u);
    EXPECT_EQ(k.field(96), 160u);
    EXPECT_EQ(k.field(100), 80u);
    EXPECT_EQ(k.field(104), 25u);
    EXPECT_EQ(number_at(k.ram, k.info + 108, 1), 16u);
    EXPECT_EQ(number_at(k.ram, k.info + 109, 1), 2u);
  }
}

TEST(Multiboot1, PutsModulesAtPagesAboveTheImage) {
  const Booted k(elf32().build(), "",
                 {{"initrd one", filled(5000, 0x11)}, {"two", filled(1, 0x22)}, {"none", {}}});
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  ASSERT_TRUE(k.flag(3));
  ASSERT_EQ(k.field(20), 3u);
  const std::size_t list = k.field(24);
  EXPECT_EQ(u32_at(k.ram, list), 0x103000u);
  EXPECT_EQ(u32_at(k.ram, list + 4), 0x103000u + 5000);
  EXPECT_EQ(text_at(k.ram, u32_at(k.ram, list + 8)), "initrd one");
  EXPECT_EQ(u32_at(k.ram, list + 16), 0x105000u);
  EXPECT_EQ(u32_at(k.ram, list + 20), 0x105001u);
  EXPECT_EQ(text_at(k.ram, u32_at(k.ram, list + 24)), "two");
  EXPECT_EQ(u32_at(k.ram, list + 32), u32_at(k.ram, list + 36)) << "an empty module";
  EXPECT_EQ(number_at(k.ram, 0x103000 + 4999, 1), 0x11u);
  EXPECT_EQ(number_at(k.ram, 0x105000, 1), 0x22u);
}

TEST(Multiboot1, PutsModulesAboveAnImageThatLiesHigh) {
  TestElf elf = elf32();
  elf.segments[0].physical = 0x400000;
  elf.entry = 0x40000C;
  const Booted k(elf.build(), "", {{"initrd", filled(1, 1)}});
  EXPECT_EQ(u32_at(k.ram, k.field(24)), 0x403000u);
}

TEST(Multiboot1, PutsModulesBelowAnImageAtTheTopOfTheRam) {
  TestElf elf = elf32();
  elf.segments[0].physical = kRam - 0x20000 - 0x3000;
  elf.entry = elf.segments[0].physical + 12;
  const Booted k(elf.build(), "", {{"initrd", filled(1, 1)}});
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(u32_at(k.ram, k.field(24)), 0x100000u);
}

TEST(Multiboot1, HandsOverSectionHeadersAndLoadsWhatNoSegmentHolds) {
  for (const bool is_64 : {false, true}) {
    TestElf elf = elf32();
    elf.is_64 = is_64;
    elf.sections = {{.type = 1, .address = 0x100000, .content = filled(16, 0x33)},
                    {.type = 2, .content = filled(48, 0x44), .alignment = 8},
                    {.type = 3, .content = text("names")}};
    elf.names_index = 3;
    const Booted k(elf.build());
    ASSERT_TRUE(k.entry) << k.entry.error().sentence;
    ASSERT_TRUE(k.flag(5));
    EXPECT_EQ(k.field(28), 4u);
    const std::size_t row = is_64 ? 64 : 40, address = is_64 ? 16 : 12;
    EXPECT_EQ(k.field(32), row);
    EXPECT_EQ(k.field(40), 3u);
    const std::size_t headers = k.field(36);
    EXPECT_EQ(u32_at(k.ram, headers + row + address), 0x100000u) << "loaded by its segment: as it was";
    const std::size_t symbols = u32_at(k.ram, headers + 2 * row + address);
    EXPECT_GE(symbols, k.entry->image_end);
    EXPECT_EQ(symbols % 8, 0u);
    EXPECT_EQ(number_at(k.ram, symbols + 47, 1), 0x44u);
    EXPECT_EQ(text_at(k.ram, u32_at(k.ram, headers + 3 * row + address)).substr(0, 5), "names");
  }
}

// A flat image: 32 bytes of something, the header, 64 bytes of code.
ByteVector flat(std::uint32_t header, std::uint32_t load, std::uint32_t load_end, std::uint32_t bss_end,
                std::uint32_t entry) {
  ByteVector out = filled(32, 0xAA);
  append(out, with_code(multiboot1_header(1 << 16, {header, load, load_end, bss_end, entry})));
  return out;
}

TEST(Multiboot1, LoadsAFlatImageByItsAddressFields) {
  const Booted k(flat(0x200020, 0x200000, 0x200060, 0x200100, 0x200040));
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0x200040u);
  EXPECT_EQ(number_at(k.ram, 0x200000, 1), 0xAAu);
  EXPECT_EQ(u32_at(k.ram, 0x200020), 0x1BADB002u);
  EXPECT_EQ(number_at(k.ram, 0x20005F, 1), 0x90u);
  EXPECT_EQ(number_at(k.ram, 0x200060, 1), 0u);
  EXPECT_EQ(number_at(k.ram, 0x2000FF, 1), 0u);
  EXPECT_EQ(number_at(k.ram, 0x200100, 1), 0xEEu);
}

TEST(Multiboot1, LoadsAFlatImageToTheEndOfTheFileIfNoEndIsGiven) {
  const Booted k(flat(0x200020, 0x200000, 0, 0, 0x200040));
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->image_end, 0x200000u + 32 + 32 + 64);
}

TEST(Multiboot1, SkipsWhatStandsBeforeTheLoadAddress) {
  const Booted k(flat(0x200000, 0x200000, 0, 0, 0x200020));
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(u32_at(k.ram, 0x200000), 0x1BADB002u);
}

TEST(Multiboot1, ObeysTheAddressFieldsOfAnElfAndNotItsProgramHeaders) {
  TestElf elf{.is_64 = true, .entry = 0x900000};
  elf.segments = {{.physical = 0x900000, .content = {}}};
  const std::uint32_t offset = 64 + 56 + 8;  // of the header in the file, at a multiple of 16
  elf.segments[0].content = with_code(multiboot1_header(1 << 16, {0x300000, 0x300000, 0, 0, 0x300020}));
  const ByteVector file = elf.build();
  ASSERT_EQ(u32_at(file, offset), 0x1BADB002u);
  const Booted k(file);
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0x300020u);
  EXPECT_EQ(u32_at(k.ram, 0x300000), 0x1BADB002u);
  EXPECT_EQ(u32_at(k.ram, 0x900000), 0xEEEEEEEEu);
}

TEST(Multiboot1, LoadsOverTheBiosDataAtAddress0) {
  TestElf elf{
      .is_64 = false,
      .entry = 0xC,
      .segments = {{.physical = 0, .content = with_code(multiboot1_header(0)), .memory_size = 0x9000}}};
  const Booted k(elf.build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0xCu);
  EXPECT_EQ(u16_at(k.ram, 0x413), 0u) << "the image's own memory";
  EXPECT_GE(k.info, 0x10000u);
}

TEST(Multiboot1, LeavesTheBiosDataToAKernelThatLoadsAboveIt) {
  EXPECT_EQ(u16_at(Booted(elf32().build()).ram, 0x413), 639u);
}

TEST(Multiboot1, PutsItsInformationWhereTheImageIsNot) {
  TestElf elf{.is_64 = false,
              .entry = 0x8000C,
              .segments = {{.physical = 0x8000, .content = {}, .memory_size = 0x97C00}}};
  elf.entry = 0x800C;
  elf.segments[0].content = with_code(multiboot1_header(0));
  const Booted full(elf.build());  // all of low memory
  ASSERT_TRUE(full.entry) << full.entry.error().sentence;
  EXPECT_GE(full.info, 0x100000u);
  elf.segments[0].memory_size = 0x9000;
  const Booted some(elf.build());  // up to 0x11000
  EXPECT_GE(some.info, 0x11000u);
  EXPECT_LT(some.info, 0x9FC00u);
}

TEST(Multiboot1, AcceptsTheHeaderOnlyInTheFirst8192Bytes) {
  TestElf elf = elf32();
  ByteVector last = filled(8192 - 96 - 12, 0);
  append(last, multiboot1_header(0));
  elf.segments[0].content = last;
  elf.segments[0].memory_size = 0;
  EXPECT_TRUE(Booted(elf.build()).entry);
  last = filled(8192 - 96 - 8, 0);
  append(last, multiboot1_header(0));
  elf.segments[0].content = last;
  EXPECT_FALSE(Booted(elf.build()).entry);
}

TEST(Multiboot1, NamesEveryPlacedRange) {
  const Booted k(elf32().build(), "", {{"initrd", filled(10, 1)}});
  std::vector<std::string> names;
  for (const PlacedRange& range : k.entry->placed) names.push_back(range.name);
  EXPECT_THAT(names, ::testing::ElementsAre("boot information", "segment 0", "module 0 (initrd)"));
}

TEST(Multiboot1, IsDescribedInOneSentence) {
  EXPECT_EQ(examine(elf32().build())->sentence,
            "an ELF32 kernel with a Multiboot 1 header at offset 0x60, loaded at 0x100000..0x103000, entry "
            "0x10000c.");
  EXPECT_EQ(examine(flat(0x200020, 0x200000, 0x200060, 0x200100, 0x200040))->sentence,
            "a flat kernel image with a Multiboot 1 header at offset 0x20, loaded at 0x200000..0x200100, "
            "entry 0x200040, "
            "by the header's address fields.");
}

}  // namespace
}  // namespace ringside
