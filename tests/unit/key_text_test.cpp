// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/key_text.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace ringside {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

KeyStroke down(Key key) { return {key, true}; }
KeyStroke up(Key key) { return {key, false}; }

std::vector<KeyStroke> typed(std::string_view text) {
  auto strokes = key_strokes(text);
  EXPECT_TRUE(strokes) << strokes.error().sentence;
  return strokes.value_or(std::vector<KeyStroke>{});
}

TEST(KeyText, AnEmptyTextPressesNothing) { EXPECT_TRUE(typed("").empty()); }

TEST(KeyText, LowerCaseNeedsNoShiftAndUpperCaseDoes) {
  EXPECT_THAT(typed("aA"), ElementsAre(down(Key::a), up(Key::a), down(Key::left_shift), down(Key::a),
                                       up(Key::a), up(Key::left_shift)));
}

TEST(KeyText, ShiftedSignsSitOnTheKeysOfTheUsLayout) {
  const auto key_of = [](std::string_view sign) {
    const auto strokes = typed(sign);
    EXPECT_EQ(strokes.size(), 4u) << sign;
    return strokes.size() == 4 ? strokes[1].key : Key::none;
  };
  EXPECT_EQ(key_of("!"), Key::digit1);
  EXPECT_EQ(key_of("@"), Key::digit2);
  EXPECT_EQ(key_of("("), Key::digit9);
  EXPECT_EQ(key_of(")"), Key::digit0);
  EXPECT_EQ(key_of("_"), Key::minus);
  EXPECT_EQ(key_of("+"), Key::equals);
  EXPECT_EQ(key_of("~"), Key::grave);
  EXPECT_EQ(key_of("|"), Key::backslash);
  EXPECT_EQ(key_of(":"), Key::semicolon);
  EXPECT_EQ(key_of("\""), Key::apostrophe);
  EXPECT_EQ(key_of("?"), Key::slash);
  EXPECT_EQ(key_of(">"), Key::period);
}

TEST(KeyText, EveryPrintableCharacterCanBeTyped) {
  std::set<std::pair<Key, bool>> seen;
  for (char c = ' '; c <= '~'; ++c) {
    const auto strokes = typed(c == '<' ? std::string("<<") : std::string(1, c));
    ASSERT_TRUE(strokes.size() == 2 || strokes.size() == 4) << c;
    EXPECT_TRUE(seen.insert({strokes[strokes.size() / 2 - 1].key, strokes.size() == 4}).second) << c;
  }
  EXPECT_EQ(seen.size(), 95u);
}

TEST(KeyText, NamesInAngleBracketsAreKeys) {
  EXPECT_THAT(typed("<Enter><up><F12><Esc>"),
              ElementsAre(down(Key::enter), up(Key::enter), down(Key::up), up(Key::up), down(Key::f12),
                          up(Key::f12), down(Key::escape), up(Key::escape)));
}

TEST(KeyText, AChordHoldsItsModifiersAroundTheKey) {
  EXPECT_THAT(typed("<Ctrl+Alt+Del>"), ElementsAre(down(Key::left_ctrl), down(Key::left_alt), down(Key::del),
                                                   up(Key::del), up(Key::left_alt), up(Key::left_ctrl)));
  EXPECT_THAT(typed("<Ctrl+C>"),
              ElementsAre(down(Key::left_ctrl), down(Key::c), up(Key::c), up(Key::left_ctrl)));
}

TEST(KeyText, AKeyCanBeHeldAndLetGo) {
  EXPECT_THAT(typed("<Shift down>a<Shift up>"),
              ElementsAre(down(Key::left_shift), down(Key::a), up(Key::a), up(Key::left_shift)));
}

TEST(KeyText, ALiteralLessSignIsDoubledOrNamed) {
  const auto less = ElementsAre(down(Key::left_shift), down(Key::comma), up(Key::comma), up(Key::left_shift));
  EXPECT_THAT(typed("<<"), less);
  EXPECT_THAT(typed("<Less>"), less);
}

TEST(KeyText, ControlCharactersAreTheirKeys) {
  EXPECT_THAT(typed("\n\t\b"), ElementsAre(down(Key::enter), up(Key::enter), down(Key::tab), up(Key::tab),
                                           down(Key::backspace), up(Key::backspace)));
}

TEST(KeyText, MistakesAreNamedInTheError) {
  EXPECT_THAT(key_strokes("<Entr>").error().sentence, HasSubstr("Entr"));
  EXPECT_THAT(key_strokes("<Ctrl+Foo>").error().sentence, HasSubstr("Foo"));
  EXPECT_THAT(key_strokes("<Shift sideways>").error().sentence, HasSubstr("sideways"));
  EXPECT_THAT(key_strokes("a<b").error().sentence, HasSubstr("never closes"));
  EXPECT_THAT(key_strokes("\xC3\xA4").error().sentence, HasSubstr("0xC3"));
  EXPECT_FALSE(key_strokes("<>"));
  EXPECT_FALSE(key_strokes(std::string_view("\0", 1)));
}

TEST(KeyNames, AreUniqueAndReadBack) {
  std::set<std::string_view> names;
  for (std::size_t number = 1; number <= kKeyCount; ++number) {
    const Key key = static_cast<Key>(number);
    EXPECT_TRUE(names.insert(key_name(key)).second) << number;
    EXPECT_EQ(key_from_name(key_name(key)), key) << key_name(key);
  }
  EXPECT_EQ(static_cast<std::size_t>(Key::keypad_decimal), kKeyCount);
  EXPECT_EQ(key_name(Key::keypad_decimal), "KeypadDecimal");
  EXPECT_EQ(key_name(Key::keypad_enter), "KeypadEnter");
  EXPECT_EQ(key_name(Key::left_win), "LeftWin");
  EXPECT_EQ(key_name(Key::none), "");
  EXPECT_EQ(key_from_name(""), std::nullopt);
}

}  // namespace
}  // namespace ringside
