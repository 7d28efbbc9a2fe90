// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/cp437.h"

#include <gmock/gmock.h>

#include <set>

namespace ringside {
namespace {

TEST(Cp437, AsciiIsItself) {
  for (unsigned c = 0x20; c < 0x7F; ++c) EXPECT_EQ(cp437_to_unicode(static_cast<std::uint8_t>(c)), c);
}

TEST(Cp437, KnowsTheCharactersOfTheRom) {
  EXPECT_EQ(cp437_to_unicode(0x00), U' ');
  EXPECT_EQ(cp437_to_unicode(0x01), U'☺');
  EXPECT_EQ(cp437_to_unicode(0x10), U'►');
  EXPECT_EQ(cp437_to_unicode(0x1B), U'←');
  EXPECT_EQ(cp437_to_unicode(0x7F), U'⌂');
  EXPECT_EQ(cp437_to_unicode(0x80), U'Ç');
  EXPECT_EQ(cp437_to_unicode(0x84), U'ä');
  EXPECT_EQ(cp437_to_unicode(0xB0), U'░');
  EXPECT_EQ(cp437_to_unicode(0xC4), U'─');
  EXPECT_EQ(cp437_to_unicode(0xC9), U'╔');
  EXPECT_EQ(cp437_to_unicode(0xDB), U'█');
  EXPECT_EQ(cp437_to_unicode(0xE3), U'π');
  EXPECT_EQ(cp437_to_unicode(0xFB), U'√');
  EXPECT_EQ(cp437_to_unicode(0xFE), U'■');
}

TEST(Cp437, NoTwoBytesAreTheSameCharacterExceptTheBlanks) {
  std::set<char32_t> seen;
  for (unsigned byte = 1; byte < 256; ++byte) seen.insert(cp437_to_unicode(static_cast<std::uint8_t>(byte)));
  EXPECT_EQ(seen.size(), 255u);
}

TEST(Cp437, Utf8HasOneTwoOrThreeBytes) {
  std::string text;
  for (const std::uint8_t byte : {0x41, 0x84, 0xDB}) append_cp437(text, byte);
  EXPECT_EQ(text, "A\xC3\xA4\xE2\x96\x88");
}

}  // namespace
}  // namespace ringside
