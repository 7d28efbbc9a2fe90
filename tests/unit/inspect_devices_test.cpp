// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/device_tables.h"

#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

using testing::HasSubstr;

class DeviceTables : public InspectLab {
 protected:
  BoardEffects effects;
  void out(std::uint16_t port, std::uint8_t value) { write_port(board, port, 1, value, now, effects); }

  // The usual remapping, and every line open.
  void remap() {
    for (const auto& [port, value] : {std::pair{0x20, 0x11},
                                      {0x21, 0x20},
                                      {0x21, 4},
                                      {0x21, 1},
                                      {0x21, 0},
                                      {0xA0, 0x11},
                                      {0xA1, 0x28},
                                      {0xA1, 2},
                                      {0xA1, 1},
                                      {0xA1, 0}})
      out(static_cast<std::uint16_t>(port), static_cast<std::uint8_t>(value));
    // Lines as they rest, so that no old request stands in a test's way.
    for (unsigned irq = 0; irq < 16; ++irq) set_irq_line(board.pic, irq, false);
  }
  void pulse(unsigned irq) {
    set_irq_line(board.pic, irq, false);
    set_irq_line(board.pic, irq, true);
  }
};

TEST_F(DeviceTables, PicShowsVectorAndStandingOfEachLine) {
  remap();
  pulse(1);
  pulse(4);
  const Table t = pic_table(context());
  EXPECT_EQ(at(t, "irq1", "Vector"), "0x21");
  EXPECT_EQ(at(t, "irq8", "Vector"), "0x28");
  EXPECT_EQ(at(t, "irq1", "IRR"), "1");
  EXPECT_EQ(at(t, "irq1", "Standing"), "next to be served");
  EXPECT_EQ(at(t, "irq4", "Standing"), "waits: IRQ 1 goes first");
  EXPECT_EQ(at(t, "irq5", "Standing"), "no request");
  EXPECT_THAT(t.note, HasSubstr("The CPU is asked to take vector 0x21."));
}

TEST_F(DeviceTables, PicShowsWhoOwesAnEoiAndWhoWaitsForIt) {
  remap();
  pulse(0);
  acknowledge(board.pic);
  pulse(1);
  Table t = pic_table(context());
  EXPECT_EQ(at(t, "irq0", "ISR"), "1");
  EXPECT_EQ(at(t, "irq0", "Standing"), "in service: EOI owed");
  EXPECT_EQ(at(t, "irq1", "Standing"), "waits for the EOI of IRQ 0");
  out(0x20, 0x20);
  t = pic_table(context());
  EXPECT_EQ(at(t, "irq0", "ISR"), "0");
  EXPECT_EQ(at(t, "irq1", "Standing"), "next to be served");
}

TEST_F(DeviceTables, PicSaysWhenARequestIsMasked) {
  remap();
  out(0x21, 0x02);
  pulse(1);
  EXPECT_EQ(at(pic_table(context()), "irq1", "Standing"), "requested, but masked");
  EXPECT_EQ(at(pic_table(context()), "irq1", "IMR"), "1");
}

TEST_F(DeviceTables, LookingAtThePicChangesNothing) {
  remap();
  pulse(3);
  const PicPair before = board.pic;
  pic_table(context());
  pic_registers_table(context());
  EXPECT_EQ(board.pic, before);
}

TEST_F(DeviceTables, PitShowsModeCountAndRate) {
  out(0x43, 0x36);
  out(0x40, 0x9C);
  out(0x40, 0x2E);  // 11932: 100.00 Hz
  const Table t = pit_table(context());
  EXPECT_EQ(at(t, "counter0", "Mode"), "3, square wave");
  EXPECT_EQ(at(t, "counter0", "Reload"), "11932");
  EXPECT_EQ(at(t, "counter0", "Rate"), "100.00 Hz");
  EXPECT_EQ(at(t, "counter1", "Reload"), "18");
  EXPECT_EQ(at(t, "counter2", "State"), "not programmed");
  EXPECT_EQ(at(t, "counter2", "GATE"), "0");
}

TEST_F(DeviceTables, PitCountsDownWithTheTimeItIsLookedAt) {
  out(0x43, 0x34);
  out(0x40, 0xE8);
  out(0x40, 0x03);  // 1000
  now = 500'000;    // 596 clocks later, the first of which loads the count
  EXPECT_EQ(at(pit_table(context()), "counter0", "Count"), "405");
  out(0x43, 0x34);
  out(0x40, 0xE8);
  EXPECT_EQ(at(pit_table(context()), "counter0", "State"), "waits for a count");
}

TEST_F(DeviceTables, KeyboardShowsTheByteThatWaits) {
  press_key(board, Key::a, true, now, effects);
  now = 1'000'000;
  advance(board, now, effects);
  const Table t = keyboard_table(context());
  EXPECT_THAT(t.note, HasSubstr("Byte 0x1e waits at port 0x60"));
  EXPECT_EQ(at(t, "output-buffer", "Meaning"), "A pressed");
  EXPECT_EQ(at(t, "irq1", "Value"), "1");
  EXPECT_THAT(at(t, "status", "Meaning"), HasSubstr("OBF"));
  EXPECT_EQ(at(t, "held", "Meaning"), "A");
  EXPECT_EQ(at(t, "clock", "Meaning"), "the keyboard is held");
}

TEST_F(DeviceTables, UartShowsSpeedAndRegisters) {
  out(0x3FB, 0x80);
  out(0x3F8, 3);
  out(0x3F9, 0);
  out(0x3FB, 0x03);
  out(0x3FC, 0x03);
  const Table t = uart_table(context());
  EXPECT_THAT(t.note, HasSubstr("38400 baud, 8 data bits"));
  EXPECT_EQ(at(t, "mcr", "Meaning"), "DTR, RTS");
  EXPECT_EQ(at(t, "dll", "Value"), "0x03");
}

TEST_F(DeviceTables, RtcShowsTimeAndRegisters) {
  const Table t = rtc_table(context());
  EXPECT_EQ(t.note, "2026-01-01 00:00:00");
  EXPECT_EQ(at(t, "0b", "Meaning"), "BCD, 24-hour");
  now = 61'000'000'000;
  EXPECT_EQ(rtc_table(context()).note, "2026-01-01 00:01:01");
}

TEST_F(DeviceTables, ScreenAndCellsShowTheTextPlane) {
  put(0xB8000 + 2 * (80 * 3 + 5), 0x1F48, 2);  // 'H', white on blue, row 3 column 5
  put(0xB8000 + 2 * (80 * 3 + 6), 0x07B0, 2);  // a shade of code page 437
  const Table t = screen_table(context());
  EXPECT_EQ(t.rows.size(), 25u);
  EXPECT_EQ(at(t, "3", "Text"), "     H\u2591");
  EXPECT_EQ(at(t, "4", "Text"), "");
  const Table row = cells_table(context(), 3);
  EXPECT_EQ(at(row, "5", "Character"), "H");
  EXPECT_EQ(at(row, "5", "Colour"), "white");
  EXPECT_EQ(at(row, "5", "On"), "blue");
  EXPECT_EQ(at(row, "5", "At"), "0x000b81ea");
}

TEST_F(DeviceTables, VgaShowsWhereTheCursorIs) {
  out(0x3D4, 0x0E);
  out(0x3D5, 0);
  out(0x3D4, 0x0F);
  out(0x3D5, 85);
  EXPECT_THAT(vga_table(context()).note, HasSubstr("Cursor in row 1, column 5"));
}

}  // namespace
}  // namespace ringside
