// SPDX-License-Identifier: GPL-2.0-or-later
// Offsets and numbers: Multiboot2 Specification 2.0, sections 3.1 to 3.6.
#include <gmock/gmock.h>

#include <map>

#include "sim/boot/loader.h"
#include "tests/unit/support/elf_builder.h"

namespace ringside {
namespace {

using namespace testing;
using Tags = std::initializer_list<ByteVector>;

constexpr std::size_t kRam = 16 << 20;

TestElf kernel(Tags tags = {}, std::uint64_t at = 0x100000) {
  ByteVector content = multiboot2_header(tags);
  append(content, filled(64, 0x90));
  return {.is_64 = true,
          .entry = at + content.size() - 64,
          .segments = {{.physical = at, .content = content, .memory_size = 0x3000}}};
}

struct Booted {
  ByteVector ram = filled(kRam, 0xEE);
  Result<EntryState> entry;
  std::multimap<std::uint32_t, std::size_t> tags;  // type -> address

  explicit Booted(const ByteVector& image, const std::string& command_line = "",
                  std::vector<BootModule> modules = {}) {
    entry = load({image, "k", command_line, std::move(modules)}, ram);
    if (entry && entry->protocol == BootProtocol::multiboot2) read_tags();
  }
  void read_tags() {
    const std::size_t info = entry->ebx, end = info + u32_at(ram, info);
    EXPECT_EQ(info % 8, 0u);
    EXPECT_EQ(u32_at(ram, info + 4), 0u);
    std::size_t at = info + 8;
    while (at < end) {
      ASSERT_GE(u32_at(ram, at + 4), 8u) << "a tag's size";
      tags.emplace(u32_at(ram, at), at);
      at += (u32_at(ram, at + 4) + 7) / 8 * 8;
    }
    EXPECT_EQ(at, end) << "the tags fill the total size";
    EXPECT_EQ(u32_at(ram, end - 8), 0u) << "an end tag closes the list";
    EXPECT_EQ(u32_at(ram, end - 4), 8u);
  }
  std::size_t tag(std::uint32_t type) const {
    const auto found = tags.find(type);
    EXPECT_NE(found, tags.end()) << "tag " << type;
    return found == tags.end() ? 0 : found->second;
  }
};

TEST(Multiboot2, LoadsAnElf64) {
  const Booted k(kernel().build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->protocol, BootProtocol::multiboot2);
  EXPECT_EQ(k.entry->eax, 0x36D76289u);
  EXPECT_EQ(k.entry->eip, 0x100018u);
  EXPECT_EQ(u32_at(k.ram, 0x100000), 0xE85250D6u);
  EXPECT_EQ(number_at(k.ram, 0x102FFF, 1), 0u);
}

TEST(Multiboot2, LoadsAnElf32) {
  TestElf elf = kernel();
  elf.is_64 = false;
  const Booted k(elf.build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0x100018u);
}

TEST(Multiboot2, IsPreferredToMultiboot1) {
  TestElf elf = kernel();
  ByteVector both = multiboot1_header(0);
  pad(both, 8);
  append(both, elf.segments[0].content);
  elf.segments[0].content = both;
  EXPECT_EQ(Booted(elf.build()).entry->protocol, BootProtocol::multiboot2);
}

TEST(Multiboot2, GivesWayToMultiboot1IfItsOwnHeaderIsDamaged) {
  TestElf elf = kernel();
  append(elf.segments[0].content, multiboot1_header(0));
  ByteVector& content = elf.segments[0].content;
  content[12] ^= std::byte{1};
  const Booted k(elf.build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->protocol, BootProtocol::multiboot1);
}

TEST(Multiboot2, StartsAHigherHalfKernelAtItsPhysicalAddress) {
  TestElf elf = kernel();
  elf.segments[0].virtual_address = 0xFFFFFFFF80100000;
  elf.entry += 0xFFFFFFFF80000000;
  const Booted k(elf.build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0x100018u);
}

TEST(Multiboot2, TellsCommandLineAndLoader) {
  const Booted k(kernel().build(), "one two");
  EXPECT_EQ(text_at(k.ram, k.tag(1) + 8), "one two");
  EXPECT_EQ(u32_at(k.ram, k.tag(1) + 4), 8u + 8) << "with the final zero, without padding";
  EXPECT_EQ(text_at(k.ram, k.tag(2) + 8), "Ringside");
}

TEST(Multiboot2, TellsMemoryAndItsMap) {
  const Booted k(kernel().build());
  EXPECT_EQ(u32_at(k.ram, k.tag(4) + 8), 639u);
  EXPECT_EQ(u32_at(k.ram, k.tag(4) + 12), 16u * 1024 - 1024 - 128);
  const std::size_t map = k.tag(6);
  EXPECT_EQ(u32_at(k.ram, map + 4), 16u + 5 * 24);
  EXPECT_EQ(u32_at(k.ram, map + 8), 24u);
  EXPECT_EQ(u32_at(k.ram, map + 12), 0u);
  EXPECT_EQ(u64_at(k.ram, map + 16 + 3 * 24), 0x100000u);
  EXPECT_EQ(u64_at(k.ram, map + 16 + 3 * 24 + 8), 0xEE0000u);
  EXPECT_EQ(u32_at(k.ram, map + 16 + 3 * 24 + 16), 1u);
  EXPECT_EQ(u32_at(k.ram, map + 16 + 4 * 24 + 16), 2u);
}

TEST(Multiboot2, OffersEgaTextWhateverFramebufferIsWished) {
  const Booted k(kernel({multiboot2_tag(5, 0, {1024, 768, 32})}).build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  const std::size_t tag = k.tag(8);
  EXPECT_EQ(u64_at(k.ram, tag + 8), 0xB8000u);
  EXPECT_EQ(u32_at(k.ram, tag + 16), 160u);
  EXPECT_EQ(u32_at(k.ram, tag + 20), 80u);
  EXPECT_EQ(u32_at(k.ram, tag + 24), 25u);
  EXPECT_EQ(number_at(k.ram, tag + 28, 1), 16u);
  EXPECT_EQ(number_at(k.ram, tag + 29, 1), 2u);
}

TEST(Multiboot2, HandsOverModules) {
  const Booted k(kernel().build(), "", {{"first", filled(4097, 0x11)}, {"second", filled(3, 0x22)}});
  ASSERT_EQ(k.tags.count(3), 2u);
  const auto [one, end] = k.tags.equal_range(3);
  EXPECT_EQ(u32_at(k.ram, one->second + 8), 0x103000u);
  EXPECT_EQ(u32_at(k.ram, one->second + 12), 0x104001u);
  EXPECT_EQ(text_at(k.ram, one->second + 16), "first");
  EXPECT_EQ(u32_at(k.ram, std::next(one)->second + 8), 0x105000u);
  EXPECT_EQ(number_at(k.ram, 0x105002, 1), 0x22u);
}

TEST(Multiboot2, HandsOverSectionHeadersAndLoadsWhatNoSegmentHolds) {
  TestElf elf = kernel();
  elf.sections = {{.type = 8, .address = 0, .content = {}},
                  {.type = 2, .content = filled(24, 0x44), .alignment = 8},
                  {.type = 3, .content = text("names")}};
  elf.names_index = 3;
  const Booted k(elf.build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  const std::size_t tag = k.tag(9);
  EXPECT_EQ(u32_at(k.ram, tag + 4), 20u + 4 * 64);
  EXPECT_EQ(u32_at(k.ram, tag + 8), 4u);
  EXPECT_EQ(u32_at(k.ram, tag + 12), 64u);
  EXPECT_EQ(u32_at(k.ram, tag + 16), 3u);
  const std::size_t symbols = u64_at(k.ram, tag + 20 + 2 * 64 + 16);
  EXPECT_EQ(number_at(k.ram, symbols + 23, 1), 0x44u);
  EXPECT_EQ(u64_at(k.ram, tag + 20 + 64 + 16), 0u) << "an empty section has no place";
}

TEST(Multiboot2, TellsWhereTheImageLies) {
  const Booted k(kernel({}, 0x400000).build());
  EXPECT_EQ(u32_at(k.ram, k.tag(21) + 8), 0x400000u);
}

TEST(Multiboot2, HasNoTagsForWhatThisPcDoesNotHave) {
  const Booted k(kernel().build());
  for (const std::uint32_t type : {3, 5, 7, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20})
    EXPECT_EQ(k.tags.count(type), 0u) << type;
}

TEST(Multiboot2, StartsAtTheHeadersEntryRatherThanTheElfs) {
  const Booted k(kernel({multiboot2_tag(3, 0, {0x100030})}).build());
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0x100030u);
}

ByteVector flat(std::uint32_t header, std::uint32_t load, std::uint32_t load_end, std::uint32_t bss_end,
                std::uint32_t entry) {
  ByteVector out = filled(32, 0xAA);
  append(out, multiboot2_header(
                  {multiboot2_tag(2, 0, {header, load, load_end, bss_end}), multiboot2_tag(3, 0, {entry})}));
  append(out, filled(64, 0x90));
  return out;
}

TEST(Multiboot2, LoadsAFlatImageByItsAddressTag) {
  const Booted k(flat(0x200020, 0x200000, 0x200080, 0x200100, 0x200060));
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->eip, 0x200060u);
  EXPECT_EQ(number_at(k.ram, 0x200000, 1), 0xAAu);
  EXPECT_EQ(u32_at(k.ram, 0x200020), 0xE85250D6u);
  EXPECT_EQ(number_at(k.ram, 0x200080, 1), 0u);
  EXPECT_EQ(number_at(k.ram, 0x200100, 1), 0xEEu);
}

TEST(Multiboot2, TakesLoadAddressMinus1AsTheStartOfTheFile) {
  const Booted k(flat(0x200020, 0xFFFFFFFF, 0, 0, 0x200060));
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->image_start, 0x200000u);
  EXPECT_EQ(number_at(k.ram, 0x200000, 1), 0xAAu);
}

TEST(Multiboot2, OverlooksALengthThatIsNoMultipleOf8) {
  TestElf elf = kernel({multiboot2_tag(6, 0, {})});
  ByteVector& content = elf.segments[0].content;
  for (const std::uint32_t length : {25u, 30u, 36u, 44u}) {
    overwrite(content, 8, length, 4);
    overwrite(content, 12, 0u - (0xE85250D6u + length), 4);
    EXPECT_TRUE(Booted(elf.build()).entry) << length;
  }
}

TEST(Multiboot2, GoesByTheEndTagAndNotByTheLength) {
  TestElf elf = kernel({multiboot2_tag(3, 0, {0x100038})});
  ByteVector& content = elf.segments[0].content;
  for (const std::uint32_t length : {16u, 24u, 4096u}) {
    overwrite(content, 8, length, 4);
    overwrite(content, 12, 0u - (0xE85250D6u + length), 4);
    const Booted k(elf.build());
    ASSERT_TRUE(k.entry) << k.entry.error().sentence;
    EXPECT_EQ(k.entry->eip, 0x100038u) << "the tag behind the length counts";
  }
}

TEST(Multiboot2, GrantsRequestsForInformationThatExists) {
  const Booted k(kernel({multiboot2_tag(1, 0, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 21})}).build());
  EXPECT_TRUE(k.entry);
}

TEST(Multiboot2, OverlooksWhatIsOptional) {
  EXPECT_TRUE(
      Booted(kernel({multiboot2_tag(1, 1, {1, 99}), multiboot2_tag(77, 1, {1, 2, 3})}).build()).entry);
}

TEST(Multiboot2, IgnoresEfiTagsAndModuleAlignment) {
  EXPECT_TRUE(Booted(kernel({multiboot2_tag(7, 1, {}), multiboot2_tag(8, 0, {0x1234}),
                             multiboot2_tag(9, 1, {0x1234}), multiboot2_tag(6, 0, {})})
                         .build())
                  .entry);
}

TEST(Multiboot2, AcceptsAConsoleOfEgaText) {
  EXPECT_TRUE(Booted(kernel({multiboot2_tag(4, 0, {3})}).build()).entry);
  EXPECT_TRUE(Booted(kernel({multiboot2_tag(4, 0, {0})}).build()).entry) << "none required";
}

// Tag 10: lowest and highest address, alignment, preference (0 none, 1 low, 2 high).
Booted relocated(std::uint32_t min, std::uint32_t max, std::uint32_t align, std::uint32_t preference,
                 std::uint64_t linked = 0x100000) {
  return Booted(kernel({multiboot2_tag(10, 0, {min, max, align, preference})}, linked).build());
}

TEST(Multiboot2Relocatable, StaysWhereItWasLinkedIfItMay) {
  const Booted k = relocated(0x100000, 0xFFFFFF, 0x1000, 0, 0x345000);
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->image_start, 0x345000u);
}

TEST(Multiboot2Relocatable, MovesAsAWholeWithItsEntry) {
  const Booted k = relocated(0x800000, 0xFFFFFF, 0x200000, 0);
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_EQ(k.entry->image_start, 0x800000u);
  EXPECT_EQ(u32_at(k.ram, 0x800000), 0xE85250D6u);
  EXPECT_EQ(k.entry->eip, 0x800000u + 16 + 24 + 8);
  EXPECT_EQ(u32_at(k.ram, k.tag(21) + 8), 0x800000u);
  EXPECT_EQ(u32_at(k.ram, 0x100000), 0xEEEEEEEEu);
}

TEST(Multiboot2Relocatable, GoesAsLowOrAsHighAsItPrefers) {
  EXPECT_EQ(relocated(0x110001, 0xFFFFFF, 0x1000, 1).entry->image_start, 0x111000u);
  EXPECT_EQ(relocated(0x100000, 0x700000, 0x1000, 2).entry->image_start, 0x6FD000u);
}

TEST(Multiboot2Relocatable, MovesFromWhereThereIsNoRam) {
  const Booted k = relocated(0, 0xFFFFFFFF, 0x1000, 0, 0xC0000000);
  ASSERT_TRUE(k.entry) << k.entry.error().sentence;
  EXPECT_LT(k.entry->image_start, kRam);
}

TEST(Multiboot2Relocatable, MovesToItsAlignmentIfItWasLinkedOffIt) {
  EXPECT_EQ(relocated(0x100000, 0xFFFFFF, 0x10000, 0, 0x345000).entry->image_start, 0x100000u);
}

TEST(Multiboot2Relocatable, TakesNoAlignmentForAny) {
  EXPECT_EQ(relocated(0x110001, 0xFFFFFF, 0, 1).entry->image_start, 0x110001u);
}

TEST(Multiboot2Relocatable, FailsWithoutRoom) {
  EXPECT_THAT(relocated(0x100000, 0x102000, 1, 1).entry.error().sentence,
              ::testing::HasSubstr("0x3000 bytes between 0x100000 and 0x102000"));
}

}  // namespace
}  // namespace ringside
