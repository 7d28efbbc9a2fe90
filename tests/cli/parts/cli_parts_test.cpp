// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the command line that need no program around them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/cli/exit_status.h"
#include "sim/cli/machine_options.h"
#include "sim/cli/near_miss.h"
#include "sim/cli/screen_print.h"
#include "sim/cli/terminal_keys.h"
#include "sim/cli/terminal_screen.h"
#include "sim/cli/typist.h"

namespace ringside {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// --- terminal_keys: the sequences that xterm sends ---

std::vector<KeyStroke> keys_of(std::string_view bytes) {
  TerminalKeys keys;
  std::vector<KeyStroke> strokes;
  keys.feed(bytes, strokes);
  keys.pause(strokes);
  return strokes;
}

std::vector<KeyStroke> strike(Key key) { return {{key, true}, {key, false}}; }

TEST(TerminalKeys, PlainKeys) {
  EXPECT_EQ(keys_of("a"), strike(Key::a));
  EXPECT_EQ(keys_of("\r"), strike(Key::enter));
  EXPECT_EQ(keys_of("\x7f"), strike(Key::backspace));
  EXPECT_EQ(keys_of("\t"), strike(Key::tab));
  EXPECT_EQ(keys_of("\x1b"), strike(Key::escape));
  EXPECT_THAT(keys_of("<"), ElementsAre(KeyStroke{Key::left_shift, true}, KeyStroke{Key::comma, true},
                                        KeyStroke{Key::comma, false}, KeyStroke{Key::left_shift, false}));
}

TEST(TerminalKeys, CursorAndFunctionKeysInBothForms) {
  EXPECT_EQ(keys_of("\x1b[A"), strike(Key::up));
  EXPECT_EQ(keys_of("\x1bOB"), strike(Key::down));
  EXPECT_EQ(keys_of("\x1b[3~"), strike(Key::del));
  EXPECT_EQ(keys_of("\x1b[6~"), strike(Key::page_down));
  EXPECT_EQ(keys_of("\x1bOP"), strike(Key::f1));
  EXPECT_EQ(keys_of("\x1b[15~"), strike(Key::f5));
  EXPECT_EQ(keys_of("\x1b[24~"), strike(Key::f12));
  EXPECT_EQ(keys_of("\x1b[H"), strike(Key::home));
}

TEST(TerminalKeys, Modifiers) {
  EXPECT_THAT(keys_of("\x03"), ElementsAre(KeyStroke{Key::left_ctrl, true}, KeyStroke{Key::c, true},
                                           KeyStroke{Key::c, false}, KeyStroke{Key::left_ctrl, false}));
  EXPECT_THAT(keys_of("\x1b[1;5C"),
              ElementsAre(KeyStroke{Key::left_ctrl, true}, KeyStroke{Key::right, true},
                          KeyStroke{Key::right, false}, KeyStroke{Key::left_ctrl, false}));
  EXPECT_THAT(keys_of("\x1bx"), ElementsAre(KeyStroke{Key::left_alt, true}, KeyStroke{Key::x, true},
                                            KeyStroke{Key::x, false}, KeyStroke{Key::left_alt, false}));
  EXPECT_THAT(keys_of("\x1b[Z"), ElementsAre(KeyStroke{Key::left_shift, true}, KeyStroke{Key::tab, true},
                                             KeyStroke{Key::tab, false}, KeyStroke{Key::left_shift, false}));
}

TEST(TerminalKeys, SequenceMayArriveInPieces) {
  TerminalKeys keys;
  std::vector<KeyStroke> strokes;
  for (const char c : std::string_view("\x1b[5~q")) keys.feed({&c, 1}, strokes);
  EXPECT_THAT(strokes, ElementsAre(KeyStroke{Key::page_up, true}, KeyStroke{Key::page_up, false},
                                   KeyStroke{Key::q, true}, KeyStroke{Key::q, false}));
}

TEST(TerminalKeys, UnknownSequencesAndForeignLettersTypeNothing) {
  EXPECT_THAT(keys_of("\x1b[99~"), IsEmpty());
  EXPECT_THAT(keys_of("\x1b[?1;2c"), IsEmpty());
  EXPECT_THAT(keys_of("\xC3\xA9"), IsEmpty());
}

TEST(TerminalKeys, CtrlBracketLeavesAndTakesTheRestWithIt) {
  TerminalKeys keys;
  std::vector<KeyStroke> strokes;
  keys.feed(
      "a\x1d"
      "b",
      strokes);
  EXPECT_TRUE(keys.leave());
  EXPECT_EQ(strokes, strike(Key::a));
}

// Whatever a terminal sends, no key is left held down, and nothing hangs.
TEST(TerminalKeys, RandomBytesLeaveNoKeyHeld) {
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525 + 1013904223;
      const std::string_view likely = "\x1b[O;0159~AZ";
      const auto pick = static_cast<unsigned>(state >> 24);
      bytes += pick & 1 ? likely[(pick >> 1) % likely.size()] : static_cast<char>(pick);
    }
    std::vector<int> held(256, 0);
    for (const KeyStroke& stroke : keys_of(bytes))
      held[static_cast<unsigned>(stroke.key)] += stroke.pressed ? 1 : -1;
    EXPECT_THAT(held, ::testing::Each(0)) << ::testing::PrintToString(bytes);
  }
}

// --- terminal_screen ---

ScreenText blank() {
  ScreenText screen;
  for (auto& row : screen.rows) row.fill({' ', 7, 0, false});
  return screen;
}

TEST(TerminalScreen, SendsOnlyWhatHasChanged) {
  TerminalScreen terminal;
  ScreenText screen = blank();
  const std::string first = terminal.draw(screen, "status", {80, 26});
  EXPECT_THAT(first, HasSubstr("status"));
  EXPECT_GT(first.size(), 80u * 25u);
  screen.rows[2][4].character = 'x';
  EXPECT_EQ(terminal.draw(screen, "status", {80, 26}), "\x1b[?25l\x1b[3;5H\x1b[0;37;40mx\x1b[0m\x1b[?25l");
  EXPECT_EQ(terminal.draw(screen, "status", {80, 26}), "");
  screen.cursor = TextCursor{{1, 2}, 13, 14};
  EXPECT_EQ(terminal.draw(screen, "status", {80, 26}), "\x1b[2;3H\x1b[?25h");
}

TEST(TerminalScreen, PutsTheCursorWhereTheGuestHasIt) {
  TerminalScreen terminal;
  ScreenText screen = blank();
  screen.cursor = TextCursor{{24, 79}, 13, 14};
  EXPECT_THAT(terminal.draw(screen, "", {80, 26}), ::testing::EndsWith("\x1b[25;80H\x1b[?25h"));
  // With 12 rows, eleven of them for the guest: its last is the eleventh.
  EXPECT_THAT(terminal.draw(screen, "", {80, 12}), ::testing::EndsWith("\x1b[11;80H\x1b[?25h"));
}

TEST(TerminalScreen, CodePage437AsUtf8AndVgaColoursAsAnsi) {
  TerminalScreen terminal;
  ScreenText screen = blank();
  terminal.draw(screen, "", {80, 26});
  screen.rows[0][0] = {0xC9, 0x0E, 0x01,
                       false};  // double corner, yellow on blue: VGA 14 and 1, ANSI bright 3 and 4
  EXPECT_THAT(terminal.draw(screen, "", {80, 26}), HasSubstr("\x1b[0;93;44m\u2554"));
}

TEST(ScreenPrint, EachOfTheEightColoursOnItsOwnCode) {
  // VGA: black blue green cyan red magenta brown grey; ECMA-48 30-37: black red green yellow blue magenta
  // cyan white.
  const unsigned expected[] = {30, 34, 32, 36, 31, 35, 33, 37};
  for (std::uint8_t colour = 0; colour < 8; ++colour)
    EXPECT_EQ(cell_colours({'x', colour, 0, false}), "\x1b[0;" + std::to_string(expected[colour]) + ";40m");
  EXPECT_EQ(cell_colours({'x', 15, 4, true}), "\x1b[0;97;41;5m");
}

// --- words of the command line ---

TEST(Options, CountsAndTimes) {
  EXPECT_EQ(parse_count("12'345", "--n"), 12345u);
  EXPECT_EQ(parse_count("10M", "--n"), 10'000'000u);
  EXPECT_EQ(parse_count("2e9", "--n"), 2'000'000'000u);
  EXPECT_EQ(parse_count("1.5k", "--n"), 1500u);
  for (const char* wrong : {"", "x", "-1", "1.5", "10Q", "1e30", "nan", "inf"})
    EXPECT_FALSE(parse_count(wrong, "--n")) << wrong;
  EXPECT_EQ(parse_time("2.5", "--t"), 2'500'000'000u);
  EXPECT_EQ(parse_time("300ms", "--t"), 300'000'000u);
  EXPECT_EQ(parse_time("50us", "--t"), 50'000u);
  for (const char* wrong : {"", "soon", "-2", "5 parsecs", "1e20"})
    EXPECT_FALSE(parse_time(wrong, "--t")) << wrong;
}

TEST(Typist, Escapes) {
  EXPECT_EQ(unescape("a\\n\\x41\\\\"), "a\nA\\");
  for (const char* wrong : {"\\", "\\q", "\\x", "\\x4", "\\xZZ"}) EXPECT_FALSE(unescape(wrong)) << wrong;
}

TEST(NearMiss, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words{"registers", "idt", "gdt", "pic", "pages"};
  EXPECT_THAT(near_misses("regsiters", words), ElementsAre("registers"));
  EXPECT_THAT(near_misses("page", words), ElementsAre("pages"));
  EXPECT_THAT(near_misses("it", words), ElementsAre("idt"));
  EXPECT_THAT(near_misses("screen", words), IsEmpty());
  EXPECT_EQ(did_you_mean("screen", words), "");
}

TEST(ExitStatus, OursAreEvenAndTheGuestsOdd) {
  for (const Ending ending :
       {Ending::power_off, Ending::goal, Ending::left, Ending::budget, Ending::idle, Ending::halted_forever,
        Ending::reset, Ending::triple_fault, Ending::unsupported, Ending::interrupted})
    EXPECT_EQ(exit_status(ending, {}) % 2, 0) << name(ending);
  for (std::uint32_t value : {0u, 1u, 16u, 127u, 128u, 0xFFFFFFFFu}) {
    const int status =
        exit_status(Ending::guest_exit, {.kind = StopKind::debug_exit, .value = (value << 1) | 1});
    EXPECT_EQ(status, static_cast<int>(((value << 1) | 1) & 0xFF));
  }
}

}  // namespace
}  // namespace ringside
