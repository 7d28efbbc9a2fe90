// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/ps2_keyboard.h"

#include <gmock/gmock.h>

#include <random>
#include <vector>

#include "sim/devices/i8042.h"
#include "sim/devices/scan_codes.h"

namespace ringside {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Bytes = std::vector<std::uint8_t>;

constexpr Ticks kMs = 1'000'000;

// Everything the keyboard sends from `now` on, taken as soon as it arrives; `now` moves along.
Bytes sent(Ps2Keyboard& k, Ticks& now) {
  Bytes bytes;
  while (!is_idle(k)) {
    now = std::max(now, next_event(k));
    if (now == kNever) break;
    if (const auto byte = take_byte(k, now)) bytes.push_back(*byte);
  }
  return bytes;
}

Bytes answer_to(Ps2Keyboard& k, Ticks& now, std::initializer_list<std::uint8_t> commands) {
  Bytes bytes;
  for (const std::uint8_t command : commands) {
    receive(k, command, now);
    for (const std::uint8_t byte : sent(k, now)) bytes.push_back(byte);
  }
  return bytes;
}

Bytes press_codes(Key key, std::uint8_t set = 2) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  if (set != 2) answer_to(k, now, {0xF0, set});
  press(k, key, now);
  return sent(k, now);
}

Bytes release_codes(Key key, std::uint8_t set = 2) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  if (set != 2) answer_to(k, now, {0xF0, set});
  press(k, key, now);
  sent(k, now);
  release(k, key, now);
  return sent(k, now);
}

TEST(Ps2Keyboard, SpeaksSet2ByItself) {
  EXPECT_THAT(press_codes(Key::a), ElementsAre(0x1C));
  EXPECT_THAT(release_codes(Key::a), ElementsAre(0xF0, 0x1C));
  EXPECT_THAT(press_codes(Key::f7), ElementsAre(0x83));
  EXPECT_THAT(press_codes(Key::up), ElementsAre(0xE0, 0x75));
  EXPECT_THAT(release_codes(Key::up), ElementsAre(0xE0, 0xF0, 0x75));
  EXPECT_THAT(press_codes(Key::right_ctrl), ElementsAre(0xE0, 0x14));
  EXPECT_THAT(press_codes(Key::keypad_enter), ElementsAre(0xE0, 0x5A));
}

TEST(Ps2Keyboard, SpeaksSet1WhenAsked) {
  EXPECT_THAT(press_codes(Key::a, 1), ElementsAre(0x1E));
  EXPECT_THAT(release_codes(Key::a, 1), ElementsAre(0x9E));
  EXPECT_THAT(press_codes(Key::up, 1), ElementsAre(0xE0, 0x48));
  EXPECT_THAT(release_codes(Key::up, 1), ElementsAre(0xE0, 0xC8));
}

TEST(Ps2Keyboard, PrintScreenAndPauseHaveSequencesOfTheirOwn) {
  EXPECT_THAT(press_codes(Key::print_screen), ElementsAre(0xE0, 0x12, 0xE0, 0x7C));
  EXPECT_THAT(release_codes(Key::print_screen), ElementsAre(0xE0, 0xF0, 0x7C, 0xE0, 0xF0, 0x12));
  EXPECT_THAT(press_codes(Key::print_screen, 1), ElementsAre(0xE0, 0x2A, 0xE0, 0x37));
  EXPECT_THAT(press_codes(Key::pause), ElementsAre(0xE1, 0x14, 0x77, 0xE1, 0xF0, 0x14, 0xF0, 0x77));
  EXPECT_THAT(press_codes(Key::pause, 1), ElementsAre(0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5));
  EXPECT_THAT(release_codes(Key::pause), IsEmpty());
}

TEST(Ps2Keyboard, ModifiersChangePrintScreenAndPause) {
  const auto with = [](Key modifier, Key key) {
    Ps2Keyboard k = ps2_keyboard_after_bios();
    Ticks now = 0;
    press(k, modifier, now);
    sent(k, now);
    press(k, key, now);
    return sent(k, now);
  };
  EXPECT_THAT(with(Key::left_ctrl, Key::print_screen), ElementsAre(0xE0, 0x7C));
  EXPECT_THAT(with(Key::right_shift, Key::print_screen), ElementsAre(0xE0, 0x7C));
  EXPECT_THAT(with(Key::left_alt, Key::print_screen), ElementsAre(0x84));
  EXPECT_THAT(with(Key::left_ctrl, Key::pause), ElementsAre(0xE0, 0x7E, 0xE0, 0xF0, 0x7E));
}

// Two tables written down from two chapters: the keyboard's set 1 and what the controller makes of set 2.
TEST(Ps2Keyboard, Set1EqualsTheControllersTranslationOfSet2ForEveryKey) {
  const auto translated = [](std::span<const std::uint8_t> codes) {
    Bytes bytes;
    I8042 controller = i8042_after_bios();
    for (const std::uint8_t code : codes) {
      receive_from_keyboard(controller, code);
      if (!keyboard_clock(controller)) bytes.push_back(read_port(controller, kI8042Data, 0));
    }
    return bytes;
  };
  for (std::size_t number = 1; number <= kKeyCount; ++number) {
    const Key key = static_cast<Key>(number);
    const ScanCodes make1 = make_codes(key, 1, {}), make2 = make_codes(key, 2, {});
    const ScanCodes break1 = break_codes(key, 1, {}), break2 = break_codes(key, 2, {});
    EXPECT_GT(make1.count, 0) << key_name(key);
    EXPECT_THAT(translated(make2.span()), ::testing::ElementsAreArray(make1.span())) << key_name(key);
    EXPECT_THAT(translated(break2.span()), ::testing::ElementsAreArray(break1.span())) << key_name(key);
  }
}

TEST(Ps2Keyboard, SelfTestAfterPowerOnEndsWithAA) {
  Ps2Keyboard k;
  Ticks now = 0;
  set_clock(k, true, now);
  press(k, Key::a, now);  // too early: the keyboard is not listening yet
  release(k, Key::a, now);
  EXPECT_EQ(take_byte(k, kKeyboardSelfTestTicks - 1), std::nullopt);
  now = next_event(k);
  EXPECT_EQ(now, kKeyboardSelfTestTicks);
  advance(k, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0xAA));
  EXPECT_EQ(now, kKeyboardSelfTestTicks + kKeyboardFrameTicks);
}

TEST(Ps2Keyboard, CommandsAreAcknowledged) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  EXPECT_THAT(answer_to(k, now, {0xED, 0x02}), ElementsAre(0xFA, 0xFA));
  EXPECT_EQ(k.leds, 2);
  EXPECT_THAT(answer_to(k, now, {0xEE}), ElementsAre(0xEE));
  EXPECT_THAT(answer_to(k, now, {0xF2}), ElementsAre(0xFA, 0xAB, 0x83));
  EXPECT_THAT(answer_to(k, now, {0xF0, 0x00}), ElementsAre(0xFA, 0xFA, 0x02));
  EXPECT_THAT(answer_to(k, now, {0xF0, 0x01, 0xF0, 0x00}), ElementsAre(0xFA, 0xFA, 0xFA, 0xFA, 0x01));
  EXPECT_THAT(answer_to(k, now, {0xF3, 0x00}), ElementsAre(0xFA, 0xFA));
  EXPECT_EQ(k.typematic, 0);
  EXPECT_THAT(answer_to(k, now, {0xF6}), ElementsAre(0xFA));
  EXPECT_EQ(k.typematic, 0x2B);
  EXPECT_EQ(k.scan_code_set, 2);
}

TEST(Ps2Keyboard, RefusesWhatItDoesNotKnowWithResend) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  EXPECT_THAT(answer_to(k, now, {0xEF}), ElementsAre(0xFE));
  EXPECT_THAT(answer_to(k, now, {0x00}), ElementsAre(0xFE));
  EXPECT_THAT(answer_to(k, now, {0xF0, 0x03}), ElementsAre(0xFA, 0xFE));
  EXPECT_EQ(k.scan_code_set, 2);
}

TEST(Ps2Keyboard, ANewCommandInPlaceOfAnArgumentIsObeyed) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  EXPECT_THAT(answer_to(k, now, {0xED, 0xEE}), ElementsAre(0xFA, 0xEE));
  EXPECT_EQ(k.awaiting_argument, 0);
  EXPECT_EQ(k.leds, 0);
}

TEST(Ps2Keyboard, ResendRepeatsTheLastByte) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  press(k, Key::q, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0x15));
  EXPECT_THAT(answer_to(k, now, {0xFE}), ElementsAre(0x15));
}

TEST(Ps2Keyboard, ResetAcknowledgesTestsAndReports) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  answer_to(k, now, {0xF0, 0x01, 0xED, 0x07, 0xF5});
  EXPECT_THAT(answer_to(k, now, {0xFF}), ElementsAre(0xFA));
  const Ticks acknowledged = now;
  now = next_event(k);
  EXPECT_EQ(now, acknowledged + kKeyboardSelfTestTicks);
  advance(k, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0xAA));
  EXPECT_EQ(k.scan_code_set, 2);
  EXPECT_EQ(k.leds, 0);
  EXPECT_TRUE(k.scanning);
}

TEST(Ps2Keyboard, DisabledItKeepsSilentUntilEnabled) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  EXPECT_THAT(answer_to(k, now, {0xF5}), ElementsAre(0xFA));
  press(k, Key::a, now);
  release(k, Key::a, now);
  EXPECT_TRUE(is_idle(k));
  EXPECT_THAT(answer_to(k, now, {0xF4}), ElementsAre(0xFA));
  press(k, Key::b, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0x32));
}

TEST(Ps2Keyboard, AByteTakesOneFrameAndWaitsForTheClock) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  press(k, Key::a, 1000);
  EXPECT_EQ(next_event(k), 1000 + kKeyboardFrameTicks);
  EXPECT_EQ(take_byte(k, 1000 + kKeyboardFrameTicks - 1), std::nullopt);
  set_clock(k, false, 2000);  // cut off
  EXPECT_EQ(take_byte(k, 10 * kKeyboardFrameTicks), std::nullopt);
  set_clock(k, true, 500'000);
  EXPECT_EQ(next_event(k), 500'000 + kKeyboardFrameTicks);
  EXPECT_EQ(take_byte(k, 500'000 + kKeyboardFrameTicks), 0x1C);
  EXPECT_EQ(take_byte(k, 900'000), std::nullopt);
}

TEST(Ps2Keyboard, RepliesOvertakeScanCodesButNeverSplitAKey) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  press(k, Key::up, now);
  press(k, Key::a, now);
  now = next_event(k);
  EXPECT_EQ(take_byte(k, now), 0xE0);
  receive(k, 0xEE, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0x75, 0xEE, 0x1C));
}

TEST(Ps2Keyboard, SixteenBytesFitAndThe17thIsTheOverrunCode) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  set_clock(k, false, 0);
  for (int stroke = 0; stroke < 5; ++stroke) {  // 3 bytes each
    press(k, Key::a, 0);
    release(k, Key::a, 0);
  }
  EXPECT_EQ(k.buffer_count, 15);
  press(k, Key::up, 0);  // two bytes do not fit: all of it is lost
  press(k, Key::b, 0);   // and so is everything after the overrun code
  Ticks now = kMs;
  set_clock(k, true, now);
  const Bytes bytes = sent(k, now);
  ASSERT_EQ(bytes.size(), 16u);
  EXPECT_EQ(bytes[14], 0x1C);
  EXPECT_EQ(bytes[15], 0x00);
}

TEST(Ps2Keyboard, OverrunCodeFitsBehindAFullBuffer) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  answer_to(k, now, {0xF0, 0x01});
  set_clock(k, false, now);
  for (int stroke = 0; stroke < 20; ++stroke) {
    press(k, Key::a, now);
    release(k, Key::a, now);
  }
  set_clock(k, true, now);
  const Bytes bytes = sent(k, now);
  ASSERT_EQ(bytes.size(), 17u);
  EXPECT_EQ(bytes[15], 0x9E);
  EXPECT_EQ(bytes[16], 0xFF);  // set 1 has another overrun code than set 2
}

TEST(Ps2Keyboard, HeldKeysRepeatAtTheTypematicRate) {
  EXPECT_EQ(typematic_delay_ticks(0x2B), 500 * kMs);
  EXPECT_EQ(typematic_period_ticks(0x2B), 91'740'000u);  // 10.9 a second
  EXPECT_EQ(typematic_delay_ticks(0x00), 250 * kMs);
  EXPECT_EQ(typematic_period_ticks(0x00), 33'360'000u);  // 30 a second
  EXPECT_EQ(typematic_delay_ticks(0x7F), 1000 * kMs);
  EXPECT_EQ(typematic_period_ticks(0x7F), 500'400'000u);  // 2 a second

  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  press(k, Key::left, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0xE0, 0x6B));
  EXPECT_EQ(next_event(k), 500 * kMs);
  now = 500 * kMs;
  advance(k, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0xE0, 0x6B));
  EXPECT_EQ(next_event(k), 500 * kMs + 91'740'000);
  release(k, Key::left, now);
  sent(k, now);
  EXPECT_EQ(next_event(k), kNever);
}

TEST(Ps2Keyboard, PrintScreenRepeatsWithoutItsShift) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  press(k, Key::print_screen, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0xE0, 0x12, 0xE0, 0x7C));
  now = 500 * kMs;
  advance(k, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0xE0, 0x7C));
}

TEST(Ps2Keyboard, ACommandCutsOffTheByteOnTheWireWhichIsSentAnew) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  press(k, Key::a, 0);
  const Ticks asked = kKeyboardFrameTicks / 2;
  receive(k, 0xEE, asked);
  EXPECT_EQ(take_byte(k, kKeyboardFrameTicks), std::nullopt);
  EXPECT_EQ(next_event(k), asked + 2 * kKeyboardFrameTicks);  // the command, then the answer
  Ticks now = asked;
  EXPECT_THAT(sent(k, now), ElementsAre(0xEE, 0x1C));
}

TEST(Ps2Keyboard, OnlyTheLastKeyRepeatsAndAnotherKeysReleaseDoesNotStopIt) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  press(k, Key::a, now);
  press(k, Key::b, now);
  release(k, Key::a, now);
  sent(k, now);
  now = 500 * kMs;
  advance(k, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0x32));
}

TEST(Ps2Keyboard, AHeldKeyDoesNotFillTheBufferWhileTheHostIsDeaf) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  set_clock(k, false, 0);
  press(k, Key::a, 0);
  advance(k, 5000 * kMs);
  EXPECT_EQ(k.buffer_count, 1);
}

TEST(Ps2Keyboard, ASecondPressOfAHeldKeyIsNothing) {
  Ps2Keyboard k = ps2_keyboard_after_bios();
  Ticks now = 0;
  press(k, Key::a, now);
  press(k, Key::a, now);
  EXPECT_THAT(sent(k, now), ElementsAre(0x1C));
  release(k, Key::b, now);
  EXPECT_TRUE(is_idle(k));
  EXPECT_TRUE(is_held(k, Key::a));
}

TEST(Ps2Keyboard, RandomTrafficIsDeterministicAndTimeMayPassInAnySteps) {
  std::mt19937 random(8042);
  Ps2Keyboard a = ps2_keyboard_after_bios(), b = a;
  Ticks now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const Ticks next = now + random() % (step % 10 == 0 ? 300 * kMs : 50'000);
    const Ticks middle = now + (next - now) / 3;
    advance(a, middle);
    advance(a, next);
    advance(b, next);
    ASSERT_EQ(a, b) << step;
    now = next;
    const unsigned what = random() % 6, value = random();
    for (Ps2Keyboard* k : {&a, &b}) {
      if (what == 0) press(*k, static_cast<Key>(value % 256), now);
      if (what == 1) release(*k, static_cast<Key>(value % 256), now);
      if (what == 2) receive(*k, static_cast<std::uint8_t>(value), now);
      if (what == 3) set_clock(*k, (value & 3) != 0, now);
      if (what >= 4) take_byte(*k, now);
    }
    ASSERT_LE(a.buffer_count, 17);
  }
}

TEST(Ps2Keyboard, EveryFieldIsVisited) {
  int fields = 0;
  visit_fields(Ps2Keyboard{}, [&](const char*, const auto&) { ++fields; });
  EXPECT_EQ(fields, 17);
}

}  // namespace
}  // namespace ringside
