// SPDX-License-Identifier: GPL-2.0-or-later
// What the data sheets say about values that drivers really write.
#include "sim/inspect/port_words.h"

#include <gtest/gtest.h>

namespace ringside {
namespace {

TEST(PortWords, FollowsTheInitialisationOfThePic) {
  PortWords w;
  EXPECT_EQ(w.write(0x20, 1, 0x11), "ICW1: initialise, edge triggered, cascaded, ICW4 follows");
  EXPECT_EQ(w.write(0x21, 1, 0x20), "ICW2: vectors from 0x20");
  EXPECT_EQ(w.write(0x21, 1, 0x04), "ICW3: slaves on lines 0x04");
  EXPECT_EQ(w.write(0x21, 1, 0x01), "ICW4: 8086 mode, normal EOI");
  EXPECT_EQ(w.write(0x21, 1, 0xFC), "mask: open are IRQ 0, 1");
  EXPECT_EQ(w.write(0xA0, 1, 0x11), "ICW1: initialise, edge triggered, cascaded, ICW4 follows");
  EXPECT_EQ(w.write(0xA1, 1, 0x28), "ICW2: vectors from 0x28");
  EXPECT_EQ(w.write(0xA1, 1, 0x02), "ICW3: the slave is number 2");
}

TEST(PortWords, LeavesOutIcw3AndIcw4WhereIcw1SaysSo) {
  PortWords w;
  w.write(0x20, 1, 0x12);  // single, no ICW4
  EXPECT_EQ(w.write(0x21, 1, 0x08), "ICW2: vectors from 0x8");
  EXPECT_EQ(w.write(0x21, 1, 0xFF), "mask: all lines closed");
}

TEST(PortWords, StartsFromTheChipsAsTheyAre) {
  Board board;
  board.pic.master.init = PicInit::kWantIcw2;
  board.vga.crtc_index = 0x0E;
  board.rtc.index = 0x0B;
  PortWords w(board);
  EXPECT_EQ(w.write(0x21, 1, 0x20), "ICW2: vectors from 0x20");
  EXPECT_EQ(w.write(0x3D5, 1, 0x07), "CRTC cursor location high = 0x07");
  EXPECT_EQ(w.read(0x71, 1, 0x02), "clock register B");
}

TEST(PortWords, KnowsTheEois) {
  PortWords w;
  EXPECT_EQ(w.write(0x20, 1, 0x20), "EOI: the interrupt in service is done");
  EXPECT_EQ(w.write(0x20, 1, 0x61), "EOI of IRQ 1");
  EXPECT_EQ(w.write(0xA0, 1, 0x60), "EOI of IRQ 8");
  EXPECT_EQ(w.write(0x20, 1, 0x0B), "OCW3: next reads give ISR");
  EXPECT_EQ(w.read(0x20, 1, 0), "ISR of the master");
}

TEST(PortWords, KnowsThePitsControlWord) {
  PortWords w;
  EXPECT_EQ(w.write(0x43, 1, 0x36), "counter 0, low then high byte, mode 3, square wave");
  EXPECT_EQ(w.write(0x43, 1, 0x34), "counter 0, low then high byte, mode 2, rate generator");
  EXPECT_EQ(w.write(0x43, 1, 0xB0), "counter 2, low then high byte, mode 0, one terminal count");
  EXPECT_EQ(w.write(0x43, 1, 0x00), "latch the count of counter 0");
  EXPECT_EQ(w.write(0x43, 1, 0x3E), "counter 0, low then high byte, mode 3, square wave")
      << "mode bits 111 are mode 3";
  EXPECT_EQ(w.write(0x43, 1, 0xC2), "read-back of counter 0, latch count, latch status");
  EXPECT_EQ(w.write(0x43, 1, 0xE8), "read-back of counter 2, latch status");
}

TEST(PortWords, KnowsTheKeyboardController) {
  PortWords w;
  EXPECT_EQ(w.write(0x60, 1, 0xED), "to the keyboard: set the lights");
  EXPECT_EQ(w.write(0x64, 1, 0x60), "write the command byte");
  EXPECT_EQ(w.write(0x60, 1, 0x61),
            "command byte: IRQ 1 on, IRQ 12 off, keyboard on, mouse off, translation on");
  EXPECT_EQ(w.write(0x60, 1, 0xF4), "to the keyboard: start scanning")
      << "the command's data byte was the one before";
  EXPECT_EQ(w.write(0x64, 1, 0xFE), "pull the reset line");
  EXPECT_EQ(w.read(0x60, 1, 0x1E), "A pressed");
  EXPECT_EQ(w.read(0x60, 1, 0x9E), "A released");
  EXPECT_EQ(w.read(0x60, 1, 0x1C), "Enter pressed");
  EXPECT_EQ(w.read(0x60, 1, 0xE0), "prefix of an extended key");
}

TEST(PortWords, TakesA16BitOutToTheCrtcAsIndexAndData) {
  PortWords w;
  EXPECT_EQ(w.write(0x3D4, 2, 0x1F0E), "CRTC cursor location high = 0x1f");
  EXPECT_EQ(w.write(0x3D4, 1, 0x0A), "choose CRTC cursor start");
}

TEST(PortWords, KnowsTheDivisorLatchOfTheUart) {
  PortWords w;
  EXPECT_EQ(w.write(0x3F8, 1, 'A'), "send 'A'");
  EXPECT_EQ(w.write(0x3FB, 1, 0x80), "5 data bits, no parity, 1 stop bit; divisor latch open");
  EXPECT_EQ(w.write(0x3F8, 1, 0x01), "divisor, low byte 0x01");
  EXPECT_EQ(w.write(0x3FB, 1, 0x03), "8 data bits, no parity, 1 stop bit");
  EXPECT_EQ(w.write(0x3F8, 1, '\n'), "send a line feed");
  EXPECT_EQ(w.read(0x3FD, 1, 0x60), "may send, all sent");
}

TEST(PortWords, NamesPortsAndLeavesOthersAlone) {
  EXPECT_EQ(port_name(0x20), "PIC master, command");
  EXPECT_EQ(port_name(0x3FD), "COM1 line status");
  EXPECT_EQ(port_name(0x1234), "");
  EXPECT_EQ(PortWords().write(0x1234, 1, 5), "");
}

}  // namespace
}  // namespace ringside
