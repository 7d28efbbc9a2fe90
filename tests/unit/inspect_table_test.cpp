// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/table.h"

#include <gtest/gtest.h>

#include "sim/inspect/words.h"

namespace ringside {
namespace {

Table table() {
  return {.name = "t",
          .title = "Title",
          .note = "note",
          .columns = {{"Name"}, {"Number", true}},
          .rows = {{"a", {{"alpha"}, {"1"}}}, {"b", {{"b"}, {"22222222", Link::none, 0, Tone::fault}}}}};
}

TEST(TableText, AlignsNumbersRightAndMarksFaults) {
  EXPECT_EQ(to_text(table()),
            "Title\n"
            "note\n"
            "Name       Number\n"
            "alpha           1\n"
            "b      ! 22222222\n");
}

TEST(TableText, CountsCharactersNotBytes) {
  Table t = table();
  t.note.clear();
  t.rows = {{"x", {{"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"}, {"1"}}}, {"y", {{"abcdef"}, {"2"}}}};
  EXPECT_EQ(to_text(t),
            "Title\n"
            "Name    Number\n"
            "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9       1\n"
            "abcdef       2\n");
}

TEST(TableText, TakesRowsThatAreShorterThanTheColumns) {
  Table t = table();
  t.rows = {{"x", {{"only"}}}};
  EXPECT_EQ(to_text(t), "Title\nnote\nName  Number\nonly\n");
}

TEST(TableAccess, FindsCellsByKeyAndHeading) {
  const Table t = table();
  ASSERT_NE(find_cell(t, "b", "Number"), nullptr);
  EXPECT_EQ(find_cell(t, "b", "Number")->text, "22222222");
  EXPECT_EQ(find_cell(t, "c", "Number"), nullptr);
  EXPECT_EQ(find_cell(t, "b", "Colour"), nullptr);
}

TEST(HexText, Is16DigitsInGroupsOfFourOr8) {
  EXPECT_EQ(hex64(0xFFFF'8000'0010'1234), "0xffff'8000'0010'1234");
  EXPECT_EQ(hex64(1), "0x0000'0000'0000'0001");
  EXPECT_EQ(hex32(0x101000), "0x00101000");
}

TEST(Words, SizesAreExactWhereTheyAreSmallAndRoundedWhereNot) {
  EXPECT_EQ(bytes_words(1), "1 byte");
  EXPECT_EQ(bytes_words(48), "48 bytes");
  EXPECT_EQ(bytes_words(4096), "4 KiB");
  EXPECT_EQ(bytes_words(2 << 20), "2 MiB");
  EXPECT_EQ(bytes_words(1ull << 30), "1 GiB");
  EXPECT_EQ(bytes_words((4ull << 30) + (220 << 10)), "4.0 GiB");
  EXPECT_EQ(bytes_words(5 * 4096 + (1 << 20)), "1044 KiB");
}

TEST(Words, CountsAreGroupedByThree) {
  EXPECT_EQ(count_words(0), "0");
  EXPECT_EQ(count_words(999), "999");
  EXPECT_EQ(count_words(1000), "1,000");
  EXPECT_EQ(count_words(12345678), "12,345,678");
}

// Figure 4-12 of the manual: bit 0 present, 1 write, 2 user, 3 reserved bit, 4 fetch.
TEST(Words, PageFaultErrorCodesAreDecodedBitByBit) {
  EXPECT_EQ(error_code_words(14, 0), "read, page not present, supervisor mode");
  EXPECT_EQ(error_code_words(14, 7), "write, page present but the access is not allowed, user mode");
  EXPECT_EQ(error_code_words(14, 0x15),
            "instruction fetch, page present but the access is not allowed, user mode");
  EXPECT_EQ(error_code_words(14, 9),
            "read, page present but the access is not allowed, supervisor mode, reserved bit set");
}

// Figure 6-7: bit 0 EXT, 1 IDT, 2 LDT, the index from bit 3 on.
TEST(Words, SelectorErrorCodesNameTableAndIndex) {
  EXPECT_EQ(error_code_words(13, 0), "no selector involved");
  EXPECT_EQ(error_code_words(13, 0x28), "selector 0x28 of the GDT");
  EXPECT_EQ(error_code_words(11, 0x73), "gate 14 of the IDT, raised while delivering another event");
  EXPECT_EQ(error_code_words(12, 0x0C), "selector 0xc of the LDT");
  EXPECT_EQ(error_code_words(6, 0x0C), "");
}

}  // namespace
}  // namespace ringside
