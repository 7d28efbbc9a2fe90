// SPDX-License-Identifier: GPL-2.0-or-later
// Each way in which a kernel's image can be broken ends in one sentence that names the fault and its place,
// and leaves the RAM untouched. Below, every cut and thousands of random changes of good images must do no
// worse.
#include <gmock/gmock.h>

#include <vector>

#include "sim/boot/loader.h"
#include "tests/unit/support/good_images.h"

namespace ringside {
namespace {

using namespace testing;
using ::testing::HasSubstr;

constexpr std::size_t kRam = kGoodImagesRam;

// A good ELF64 image with some bytes replaced: offset, value, size in bytes.
struct Change {
  std::size_t offset;
  std::uint64_t value;
  int bytes;
};
ByteVector changed(std::initializer_list<Change> changes, bool is_64 = true) {
  ByteVector image = good(is_64).build();
  for (const Change& change : changes) overwrite(image, change.offset, change.value, change.bytes);
  return image;
}
// Zeros, but for one number.
ByteVector only(std::size_t size, Change change) {
  ByteVector image = filled(size, 0);
  overwrite(image, change.offset, change.value, change.bytes);
  return image;
}
// A good image with a number replaced in its last section header.
ByteVector last_section(Change change) {
  ByteVector image = good().build();
  overwrite(image, image.size() - 64 + change.offset, change.value, change.bytes);
  return image;
}
// A good image with a number replaced in its Multiboot header.
ByteVector in_header(ByteVector header, std::initializer_list<Change> changes) {
  for (const Change& change : changes) overwrite(header, change.offset, change.value, change.bytes);
  return good(true, header).build();
}
ByteVector with_header(ByteVector header) { return good(true, std::move(header)).build(); }
ByteVector with_tag(std::uint16_t type, std::initializer_list<std::uint32_t> fields) {
  return with_header(multiboot2_header({multiboot2_tag(type, 0, fields)}));
}
ByteVector all_but_the_last_byte() {
  const ByteVector image = good().build();
  return cut(image, image.size() - 1);
}
ByteVector multiboot2_without_end() {
  ByteVector header = multiboot2_header();
  overwrite(header, 16, 6, 2);  // the end tag becomes a module alignment tag
  append(header, filled(64, 0x90));
  return header;
}
ByteVector with_segment(TestSegment segment) {
  TestElf elf = good();
  elf.segments[1] = segment;
  return elf.build();
}
ByteVector moved(ByteVector header, std::size_t offset, std::size_t alignment) {
  ByteVector content = filled(offset, 0);
  pad(content, alignment);
  append(content, header);
  TestElf elf = good();
  elf.segments[0].content = content;
  elf.segments[0].memory_size = 0;
  return elf.build();
}

struct Row {
  const char* name;
  ByteVector image;
  const char* fault;  // what the sentence must contain
};

// Offsets in an ELF64 file: e_type 16, e_machine 18, e_version 20, e_entry 24, e_phoff 32, e_shoff 40,
// e_phentsize 54, e_phnum 56, e_shentsize 58, e_shnum 60. Its first program header at 64: p_type 64, p_offset
// 72, p_vaddr 80, p_paddr 88, p_filesz 96, p_memsz 104. The second: 120 + the same. The first segment's
// content at 176.
std::vector<Row> rows() {
  return {
      {"Empty", ByteVector{}, "empty"},
      {"Text", text("int main() { return 0; }\n"), "text"},
      {"ADirectorysIndex", text("<html>\n<title>Index of /boot</title>\n"), "text"},
      {"Noise", filled(5000, 0x81), "neither an ELF file nor a flat image"},
      {"Gzip", only(99, {0, 0x8B1F, 2}), "gunzip"},
      {"WindowsProgram", only(99, {0, 0x5A4D, 2}), "Windows or EFI"},
      {"LinuxKernel", only(2000, {0x202, 0x53726448, 4}), "Linux kernel"},
      {"DiskImage", only(2000, {510, 0xAA55, 2}), "disk image"},
      {"CdImage", only(40000, {0x8001, 0x30304443, 4}), "CD image"},
      {"OneByteOfElf", cut(good().build(), 1), "neither an ELF file"},
      {"ElfWithoutMultibootHeader", with_header(filled(64, 0)), "no Multiboot header"},
      {"CutInTheElfHeader", cut(good().build(), 40), "the ELF header needs 64 bytes, but the file has 40"},
      {"CutInTheSegment", cut(good().build(), 210),
       "segment 1 (0x64 bytes at offset 0xd0) reaches past the end"},
      {"CutInTheSectionTable", all_but_the_last_byte(), "section header table"},

      {"BadClass", changed({{4, 3, 1}}), "class at offset 4 is 3"},
      {"BigEndian", changed({{5, 2, 1}}), "big endian"},
      {"NoByteOrder", changed({{5, 0, 1}}), "byte order at offset 5 is 0"},
      {"BadIdentVersion", changed({{6, 0, 1}}), "version is 0 at offset 6"},
      {"BadVersion", changed({{20, 2, 4}}), "2 at offset 20"},
      {"ForArm", changed({{18, 183, 2}}), "AArch64"},
      {"ForI386In64Bit", changed({{18, 3, 2}}), "i386"},
      {"ForX86_64In32Bit", changed({{18, 62, 2}}, false), "x86-64"},
      {"ForNobodyKnown", changed({{18, 9999, 2}}), "9999"},
      {"ObjectFile", changed({{16, 1, 2}}), "object file"},
      {"CoreDump", changed({{16, 4, 2}}), "core dump"},
      {"OddType", changed({{16, 0xFE00, 2}}), "type at offset 16 is 65024"},

      {"NoProgramHeaders", changed({{56, 0, 2}}), "no program headers"},
      {"TooManyProgramHeaders", changed({{56, 65535, 2}}), "65535 rows of 56 bytes at offset 0x40"},
      {"ProgramHeadersOutside", changed({{32, 0x100000, 8}}), "program header table"},
      {"ProgramHeadersNear2To64", changed({{32, ~0ull - 7, 8}}), "program header table"},
      {"ProgramHeadersTooSmall", changed({{54, 32, 2}}), "rows have 32 bytes"},
      {"ProgramHeadersOfSize0", changed({{54, 0, 2}}), "rows have 0 bytes"},
      {"NothingToLoad", changed({{64, 6, 4}, {120, 6, 4}}), "no segment to load"},
      {"TooManySections", changed({{60, 65535, 2}}), "65535 rows of 64 bytes"},
      {"SectionsNear2To64", changed({{40, ~0ull, 8}}), "section header table"},
      {"SectionHeadersTooSmall", changed({{58, 8, 2}}), "rows have 8 bytes"},
      {"SectionContentOutside", last_section({24, 1 << 20, 8}), "section 2 (0x14 bytes at offset 0x100000)"},
      {"SectionSizeNear2To64", last_section({32, ~0ull, 8}), "section 2 (0xffffffffffffffff bytes"},
      {"Relocations", last_section({4, 4, 4}), "section 2 holds relocations"},

      {"SegmentOffsetOutside", changed({{72, 0x100000, 8}}), "segment 0"},
      {"SegmentOffsetNear2To64", changed({{72, ~0ull, 8}}), "segment 0"},
      {"SegmentSizesNear2To64", changed({{96, ~0ull, 8}, {104, ~0ull, 8}}), "segment 0"},
      {"SegmentMemoryNear2To64", changed({{104, ~0ull, 8}}), "past the 4 GiB"},
      {"SegmentMoreInFileThanMemory", changed({{104, 1, 8}}), "only 0x1 in memory"},
      {"SegmentAbove4GiB", with_segment({.physical = 0xFFFFFFFF80000000, .content = filled(9, 1)}),
       "segment 1 is to be loaded at physical 0xffffffff80000000"},
      {"SegmentAboveTheRam", with_segment({.physical = 0x40000000, .content = filled(9, 1)}),
       "outside the machine's 4096 KiB of RAM"},
      {"SegmentInTheTopReserve", with_segment({.physical = kRam - 0x20000, .content = filled(9, 1)}),
       "the last 128 KiB"},
      {"SegmentBiggerThanTheRam",
       with_segment({.physical = 0x110000, .content = filled(9, 1), .memory_size = 0x10000000}),
       "segment 1 is to lie at 0x110000..0x10110000"},
      {"SegmentInVideoMemory", with_segment({.physical = 0xB8000, .content = filled(9, 1)}), "video memory"},
      {"SegmentReachesIntoTheEbda",
       with_segment({.physical = 0x9F000, .content = filled(9, 1), .memory_size = 0x1000}), "0x9fc00"},
      {"SegmentsOverlap", with_segment({.physical = 0x101FFF, .content = filled(9, 1)}),
       "segment 1 (0x101fff..0x102008) overlaps segment 0 (0x100000..0x102000)"},
      {"EntryOutside", changed({{24, 0x500000, 8}}), "entry 0x500000 is in none of its segments"},
      {"EntryBehindTheLastByte", changed({{24, 0x102000, 8}}), "entry 0x102000"},

      {"Multiboot2Checksum", in_header(multiboot2_header(), {{12, 0x12345678, 4}}),
       "checksum 0x12345678, but its fields need 0x17adaf12"},
      {"Multiboot1Checksum", in_header(multiboot1_header(0), {{8, 0, 4}}),
       "checksum 0x00000000, but its fields need 0xe4524ffe"},
      {"Multiboot2ForMips", in_header(multiboot2_header(), {{4, 4, 4}, {12, 0x17ADAF0E, 4}}),
       "architecture 4"},
      {"Multiboot2Misaligned", moved(multiboot2_header(), 4, 1), "not at a multiple of 8 bytes"},
      {"Multiboot1Misaligned", moved(multiboot1_header(0), 2, 1), "not at a multiple of 4 bytes"},
      {"Multiboot2TooFarBack", moved(multiboot2_header(), 32768, 8), "beyond the first 32768 bytes"},
      {"Multiboot1TooFarBack", moved(multiboot1_header(0), 8192, 8), "beyond the first 8192 bytes"},
      {"Multiboot1UnknownFlag", with_header(multiboot1_header(0x18)), "0x18 is unknown"},
      {"Multiboot1WithoutElf", multiboot1_header(0, {0, 0, 0, 0, 0}), "no address fields"},
      {"Multiboot1FieldsCutOff", multiboot1_header(1 << 16, {0x100000}), "ends before them"},

      {"Multiboot2UnknownTag", with_tag(77, {}), "type 77"},
      {"Multiboot2UnknownRequest", with_tag(1, {1, 22}), "information of type 22"},
      {"Multiboot2ConsoleWithoutText", with_tag(4, {1}), "requires a console"},
      {"Multiboot2AddressWithoutEntry", with_tag(2, {0x100000, 0x100000, 0, 0}),
       "without an entry address tag"},
      {"Multiboot2AddressTagTooShort", with_tag(2, {0x100000}), "less than the 24"},
      {"Multiboot2TagOfSize0", in_header(multiboot2_header({multiboot2_tag(6, 0, {})}), {{20, 0, 4}}),
       "has the size 0"},
      {"Multiboot2TagNear2To32",
       in_header(multiboot2_header({multiboot2_tag(6, 0, {})}), {{20, 0xFFFFFFFF, 4}}),
       "reaches past the end of the file"},
      {"Multiboot2WithoutEndTag", with_header(multiboot2_without_end()), "24 bytes long but no end tag"},
      {"Multiboot2EntryOutside", with_tag(3, {0x90000000}), "entry address 0x90000000"},
      {"Multiboot2OddAlignment", with_tag(10, {0x100000, 0x200000, 3, 0}), "not a power of two"},
      {"Multiboot2LimitsCrossed", with_tag(10, {0x300000, 0x200000, 1, 1}), "between 0x300000 and 0x200000"},

      {"FlatHeaderBelowLoad", flat1({0x100000, 0x200000, 0, 0, 0x200000}),
       "header_addr 0x100000 is below load_addr 0x200000"},
      {"FlatLoadBeforeTheFile", flat1({0x200000, 0x100000, 0, 0, 0x100000}),
       "only 0x0 bytes before the header"},
      {"FlatEndBelowLoad", flat1({0x200000, 0x200000, 0x1FFFFF, 0, 0x200000}), "load_end_addr 0x1fffff"},
      {"FlatEndBehindTheFile", flat1({0x200000, 0x200000, 0x210000, 0, 0x200000}), "the file ends at"},
      {"FlatBssBelowEnd", flat1({0x200000, 0x200000, 0x200010, 0x20000F, 0x200000}), "bss_end_addr 0x20000f"},
      {"FlatPast4GiB", flat1({0xFFFFFFF0, 0xFFFFFFF0, 0, 0, 0xFFFFFFF0}), "past 4 GiB"},
      {"FlatEntryOutside", flat1({0x200000, 0x200000, 0, 0, 0x100000}), "entry address 0x100000"},
      {"FlatEntryBehindTheLastByte", flat1({0x200000, 0x200000, 0, 0x201000, 0x201000}),
       "entry address 0x201000"},
      {"FlatAboveTheRam", flat1({0x80000000, 0x80000000, 0, 0, 0x80000000}), "outside the machine's"},
      {"FlatBssBiggerThanRam", flat1({0x200000, 0x200000, 0, 0xFFFFFFFF, 0x200000}), "outside the machine's"},
  };
}

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class BrokenImage : public ::testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Boot, BrokenImage, ::testing::ValuesIn(rows()),
                         [](const auto& row) { return row.param.name; });

TEST_P(BrokenImage, IsRefusedWithOneSentenceThatNamesTheFault) {
  ByteVector ram = filled(kRam, 0xEE);
  const ByteVector image = GetParam().image;
  const auto result = load({image, "kernel.elf", "", {}}, ram);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().sentence, HasSubstr(GetParam().fault));
  EXPECT_EQ(result.error().sentence.find("kernel.elf: "), 0u);
  expect_one_sentence(result.error().sentence);
  EXPECT_EQ(ram, filled(kRam, 0xEE)) << "the RAM is untouched";
}

TEST(BrokenRequest, ModuleTooBig) {
  ByteVector ram = filled(kRam, 0);
  const ByteVector image = good().build();
  const auto result = load({image, "k", "", {{"small", filled(1, 1)}, {"initrd", filled(kRam, 1)}}}, ram);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().sentence,
              HasSubstr("no room in 4096 KiB of RAM for module 1 ('initrd', 4194304 bytes)"));
}

TEST(BrokenRequest, CommandLineTooBig) {
  ByteVector ram = filled(kRam, 0);
  const ByteVector image = good().build();
  EXPECT_THAT(load({image, "k", std::string(kRam, 'x'), {}}, ram).error().sentence,
              HasSubstr("boot information"));
  EXPECT_TRUE(load({image, "k", std::string(1 << 20, 'x'), {}}, ram)) << "a megabyte goes above the image";
}

TEST(BrokenRequest, TooLittleRam) {
  const ByteVector image = good().build();
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{4096}, std::size_t{0x1FFFFF}}) {
    ByteVector ram = filled(bytes, 0);
    EXPECT_THAT(load({image, "k", "", {}}, ram).error().sentence, HasSubstr("at least 2048 KiB")) << bytes;
  }
}

TEST(BrokenRequest, SectionsThatDoNotFitAreLeftOut) {
  TestElf elf = good();
  elf.sections[0].content = filled(kRam, 1);
  ByteVector ram = filled(kRam, 0);
  EXPECT_TRUE(load({elf.build(), "k", "", {}}, ram));
}

}  // namespace
}  // namespace ringside
