// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/i8042.h"

#include <gmock/gmock.h>

#include <random>
#include <vector>

#include "sim/devices/ps2_keyboard.h"

namespace ringside {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Controller and keyboard as the board wires them.
struct Rig {
  I8042 chip = i8042_after_bios();
  Ps2Keyboard keyboard = ps2_keyboard_after_bios();
  Ticks now = 0;
  bool reset = false;

  void settle() {
    advance(chip, now);
    set_clock(keyboard, keyboard_clock(chip), now);
    advance(keyboard, now);
    if (const auto byte = take_byte(keyboard, now)) {
      receive_from_keyboard(chip, *byte);
      set_clock(keyboard, keyboard_clock(chip), now);
    }
  }
  void pass(Ticks ticks) {
    const Ticks end = now + ticks;
    for (Ticks next; (next = std::min(next_event(chip), next_event(keyboard))) <= end;) {
      now = std::max(now, next);
      settle();
    }
    now = end;
    settle();
  }
  void out(unsigned port, std::uint8_t value) {
    const I8042Output output = write_port(chip, port - 0x60, value, now);
    if (output.to_keyboard) receive(keyboard, *output.to_keyboard, now);
    reset |= output.reset;
    settle();
  }
  std::uint8_t in(unsigned port) {
    const std::uint8_t value = read_port(chip, port - 0x60, now);
    settle();
    return value;
  }
  std::uint8_t ask(std::uint8_t command) {
    out(0x64, command);
    EXPECT_EQ(in(0x64) & 1, 1);
    return in(0x60);
  }
  // What a driver reads that takes a byte whenever OBF is set.
  std::vector<std::uint8_t> drain() {
    std::vector<std::uint8_t> bytes;
    for (int idle = 0; idle < 3; ++idle) {
      pass(kKeyboardFrameTicks);
      if ((in(0x64) & 1) != 0) {
        bytes.push_back(in(0x60));
        idle = 0;
      }
    }
    return bytes;
  }
};

TEST(I8042, IsAsABiosLeavesIt) {
  Rig rig;
  EXPECT_EQ(rig.in(0x64), 0x1C);
  EXPECT_EQ(rig.ask(0x20), 0x61);
  EXPECT_EQ(rig.ask(0xD0) & 0xCF, 0xCF);
  EXPECT_TRUE(a20_gate(rig.chip));
}

TEST(I8042, AnswersItsTests) {
  Rig rig;
  EXPECT_EQ(rig.ask(0xAA), 0x55);
  EXPECT_EQ(rig.ask(0xAB), 0x00);
  EXPECT_EQ(rig.ask(0xA9), 0x00);
  EXPECT_EQ(rig.ask(0xA4), 0xF1);
  EXPECT_EQ(rig.ask(0xC0) & 0x80, 0x80);
}

TEST(I8042, SelfTestSetsSysFromCold) {
  Rig rig{.chip = {}};
  EXPECT_EQ(rig.in(0x64) & 0x04, 0x00);
  EXPECT_EQ(rig.ask(0xAA), 0x55);
  EXPECT_EQ(rig.in(0x64) & 0x04, 0x04);
  EXPECT_EQ(rig.ask(0x20) & 0x30, 0x30);  // both ports off until the driver opens them
}

TEST(I8042, KeysArriveTranslatedWithIrq1UntilRead) {
  Rig rig;
  press(rig.keyboard, Key::a, rig.now);
  rig.pass(kKeyboardFrameTicks - 1);
  EXPECT_FALSE(irq1_level(rig.chip));
  rig.pass(1);
  EXPECT_TRUE(irq1_level(rig.chip));
  EXPECT_EQ(rig.in(0x64), 0x1D);
  EXPECT_EQ(peek_port(rig.chip, kI8042Data, rig.now), 0x1E);
  EXPECT_TRUE(irq1_level(rig.chip));
  EXPECT_EQ(rig.in(0x60), 0x1E);
  EXPECT_FALSE(irq1_level(rig.chip));
  release(rig.keyboard, Key::a, rig.now);
  EXPECT_THAT(rig.drain(), ElementsAre(0x9E));
  press(rig.keyboard, Key::up, rig.now);
  release(rig.keyboard, Key::up, rig.now);
  EXPECT_THAT(rig.drain(), ElementsAre(0xE0, 0x48, 0xE0, 0xC8));
}

TEST(I8042, WithoutTranslationSet2ComesThrough) {
  Rig rig;
  rig.out(0x64, 0x60);
  rig.out(0x60, 0x21);
  press(rig.keyboard, Key::a, rig.now);
  release(rig.keyboard, Key::a, rig.now);
  EXPECT_THAT(rig.drain(), ElementsAre(0x1C, 0xF0, 0x1C));
}

TEST(I8042, ADriverThatNeverReadsGetsOneByteAndTheKeyboardKeepsTheRest) {
  Rig rig;
  for (const Key key : {Key::h, Key::i}) {
    press(rig.keyboard, key, rig.now);
    release(rig.keyboard, key, rig.now);
  }
  rig.pass(1'000'000);
  EXPECT_TRUE(irq1_level(rig.chip));
  EXPECT_EQ(rig.keyboard.buffer_count, 5);
  EXPECT_THAT(rig.drain(), ElementsAre(0x23, 0xA3, 0x17, 0x97));
}

TEST(I8042, TheNextByteComesOneFrameAfterTheRead) {
  Rig rig;
  press(rig.keyboard, Key::a, rig.now);
  press(rig.keyboard, Key::b, rig.now);
  rig.pass(1'000'000);
  rig.in(0x60);
  rig.pass(kKeyboardFrameTicks - 1);
  EXPECT_EQ(rig.in(0x64) & 1, 0);
  rig.pass(1);
  EXPECT_EQ(rig.in(0x60), 0x30);
}

TEST(I8042, CommandByteBit0GatesTheInterruptOnly) {
  Rig rig;
  rig.out(0x64, 0x60);
  rig.out(0x60, 0x60);
  press(rig.keyboard, Key::a, rig.now);
  rig.pass(1'000'000);
  EXPECT_FALSE(irq1_level(rig.chip));
  EXPECT_EQ(rig.in(0x60), 0x1E);
}

TEST(I8042, ADisabledKeyboardKeepsItsBytesUntilEnabled) {
  Rig rig;
  rig.out(0x64, 0xAD);
  EXPECT_EQ(rig.ask(0x20), 0x71);
  press(rig.keyboard, Key::a, rig.now);
  rig.pass(1'000'000);
  EXPECT_EQ(rig.in(0x64) & 1, 0);
  rig.out(0x64, 0xAE);
  EXPECT_THAT(rig.drain(), ElementsAre(0x1E));
}

TEST(I8042, WritingToTheKeyboardEnablesIt) {
  Rig rig;
  rig.out(0x64, 0xAD);
  rig.out(0x60, 0xF4);
  EXPECT_THAT(rig.drain(), ElementsAre(0xFA));
  EXPECT_EQ(rig.ask(0x20), 0x61);
}

TEST(I8042, KeyboardCommandsComeBackThroughTheTranslation) {
  Rig rig;
  rig.out(0x60, 0xF2);
  EXPECT_THAT(rig.drain(), ElementsAre(0xFA, 0xAB, 0x41));  // 0x83 translated
  rig.out(0x60, 0xED);
  EXPECT_THAT(rig.drain(), ElementsAre(0xFA));
  rig.out(0x60, 0x04);
  EXPECT_THAT(rig.drain(), ElementsAre(0xFA));
  EXPECT_EQ(rig.keyboard.leds, 4);
}

TEST(I8042, RamReadsBack) {
  Rig rig;
  rig.out(0x64, 0x65);
  rig.out(0x60, 0xA7);
  EXPECT_EQ(rig.ask(0x25), 0xA7);
  EXPECT_EQ(rig.ask(0x20), 0x61);
}

TEST(I8042, SysFollowsTheCommandByte) {
  Rig rig;
  rig.out(0x64, 0x60);
  rig.out(0x60, 0x61);
  EXPECT_EQ(rig.in(0x64) & 0x04, 0);
  rig.out(0x64, 0x60);
  rig.out(0x60, 0x65);
  EXPECT_EQ(rig.in(0x64) & 0x04, 0x04);
}

TEST(I8042, A2TellsWhichPortWasWrittenLast) {
  Rig rig;
  rig.out(0x64, 0xAE);
  EXPECT_EQ(rig.in(0x64) & 0x08, 0x08);
  rig.out(0x60, 0xEE);
  EXPECT_EQ(rig.in(0x64) & 0x08, 0x00);
  rig.out(0x64, 0xAE);
  EXPECT_EQ(rig.in(0x64) & 0x08, 0x08);
}

TEST(I8042, OutputPortHoldsTheA20GateAndTheResetLine) {
  Rig rig;
  rig.out(0x64, 0xD1);
  rig.out(0x60, 0xDD);
  EXPECT_FALSE(a20_gate(rig.chip));
  EXPECT_FALSE(rig.reset);
  rig.out(0x64, 0xD1);
  rig.out(0x60, 0xDF);
  EXPECT_TRUE(a20_gate(rig.chip));
  rig.out(0x64, 0xD1);
  rig.out(0x60, 0xDE);
  EXPECT_TRUE(rig.reset);
}

TEST(I8042, PulsingTheResetLineResets) {
  for (const int command : {0xFE, 0xF0}) {
    Rig rig;
    rig.out(0x64, static_cast<std::uint8_t>(command));
    EXPECT_TRUE(rig.reset) << command;
  }
  for (const int command : {0xFF, 0xFD, 0xF1}) {
    Rig rig;
    rig.out(0x64, static_cast<std::uint8_t>(command));
    EXPECT_FALSE(rig.reset) << command;
  }
}

TEST(I8042, WrittenOutputBufferLooksLikeAKeyOrLikeAMouse) {
  Rig rig;
  rig.out(0x64, 0xD2);
  rig.out(0x60, 0x1C);  // not translated
  EXPECT_TRUE(irq1_level(rig.chip));
  EXPECT_EQ(rig.in(0x60), 0x1C);
  rig.out(0x64, 0x60);
  rig.out(0x60, 0x43);  // both interrupts, mouse port on
  rig.out(0x64, 0xD3);
  rig.out(0x60, 0x55);
  EXPECT_FALSE(irq1_level(rig.chip));
  EXPECT_TRUE(irq12_level(rig.chip));
  EXPECT_EQ(rig.in(0x64) & 0x21, 0x21);
  EXPECT_EQ(rig.in(0x60), 0x55);
  EXPECT_FALSE(irq12_level(rig.chip));
}

TEST(I8042, NobodyAnswersOnTheMousePort) {
  Rig rig;
  rig.out(0x64, 0xA8);
  EXPECT_EQ(rig.ask(0x20) & 0x20, 0);
  rig.out(0x64, 0xD4);
  rig.out(0x60, 0xF4);
  EXPECT_EQ(rig.in(0x64) & 0x61, 0x61);  // time-out, mouse data, full
  EXPECT_EQ(rig.in(0x60), 0xFE);
  EXPECT_EQ(rig.in(0x64) & 0x61, 0);
  EXPECT_EQ(rig.keyboard.replies[0], 0);  // and the keyboard heard nothing
}

TEST(I8042, AnAnswerWaitsBehindAnUnreadKeyAndRaisesAnInterruptOfItsOwn) {
  Rig rig;
  press(rig.keyboard, Key::a, rig.now);
  rig.pass(kKeyboardFrameTicks);
  rig.out(0x64, 0x20);
  EXPECT_EQ(rig.in(0x60), 0x1E);
  EXPECT_FALSE(irq1_level(rig.chip));
  EXPECT_EQ(next_event(rig.chip), rig.now + kI8042RefillTicks);
  rig.pass(kI8042RefillTicks);
  EXPECT_TRUE(irq1_level(rig.chip));
  EXPECT_EQ(rig.in(0x60), 0x61);
}

TEST(I8042, ReadingTwiceGivesTheSameByte) {
  Rig rig;
  press(rig.keyboard, Key::a, rig.now);
  rig.pass(kKeyboardFrameTicks);
  EXPECT_EQ(rig.in(0x60), 0x1E);
  EXPECT_EQ(rig.in(0x60), 0x1E);
}

TEST(I8042, RandomTrafficIsDeterministicAndPeekChangesNothing) {
  std::mt19937 random(0x64);
  I8042 a = i8042_after_bios(), b = a;
  Ticks now = 0;
  for (int step = 0; step < 50'000; ++step) {
    now += random() % 3000;
    advance(a, now - now % 7);
    const unsigned what = random() % 4, port = random() % 6;
    const auto value = static_cast<std::uint8_t>(random());
    if (what == 0) {
      ASSERT_EQ(write_port(a, port, value, now), write_port(b, port, value, now));
    }
    if (what == 1) {
      const I8042 before = a;
      const std::uint8_t peeked = peek_port(a, port, now);
      ASSERT_EQ(a, before);
      ASSERT_EQ(read_port(a, port, now), peeked);
      ASSERT_EQ(read_port(b, port, now), peeked);
    }
    if (what == 2 && keyboard_clock(a) && keyboard_clock(b)) {
      receive_from_keyboard(a, value);
      receive_from_keyboard(b, value);
    }
    advance(a, now);
    advance(b, now);
    ASSERT_EQ(a, b) << step;
  }
}

TEST(I8042, EveryFieldIsVisited) {
  int fields = 0;
  visit_fields(I8042{}, [&](const char*, const auto&) { ++fields; });
  EXPECT_EQ(fields, 10);
}

}  // namespace
}  // namespace ringside
