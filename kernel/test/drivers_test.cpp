// SPDX-License-Identifier: MIT
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "drivers/pit8254.h"
#include "drivers/vga_text.h"
#include "test/test.h"

namespace kernel {
namespace {

constinit std::array<uint16_t, VgaText::kColumns * VgaText::kRows> cells{};

VgaText blank_screen() {
  VgaText screen(cells.data(), VgaText::Cursor::none);
  screen.clear();
  return screen;
}

constexpr uint16_t kSpace = 0x0720;  // light gray on black

KERNEL_TEST(vga_text, a_cell_is_colour_and_character) {
  VgaText screen = blank_screen();
  screen.set_color(Color::yellow, Color::blue);
  screen.write("A");
  expect_equal(cells[0], 0x1e41);
  expect_equal(cells[1], kSpace);
}

KERNEL_TEST(vga_text, a_line_of_80_leaves_no_empty_row) {
  VgaText screen = blank_screen();
  for (unsigned i = 0; i < 80; ++i) screen.write("x");
  expect_equal(screen.row(), 0);
  screen.write("\ny");
  expect_equal(cells[80], 0x0779);
}

KERNEL_TEST(vga_text, scrolls_when_the_last_row_is_left) {
  VgaText screen = blank_screen();
  for (char row = 'a'; row < 'a' + 25; ++row) {
    if (row != 'a') screen.write("\n");
    screen.write({&row, 1});
  }
  expect_equal(cells[0], 0x0761);  // a is still there
  screen.write("\nz");
  expect_equal(cells[0], 0x0762);        // b came up
  expect_equal(cells[23 * 80], 0x0779);  // y above
  expect_equal(cells[24 * 80], 0x077a);  // z in the last row
  expect_equal(cells[24 * 80 + 1], kSpace);
  expect_equal(screen.row(), 24);
}

KERNEL_TEST(vga_text, backspace_stops_at_the_left_edge) {
  VgaText screen = blank_screen();
  screen.write("a\b\b\bb");
  expect_equal(cells[0], 0x0762);
  expect_equal(screen.column(), 1);
}

KERNEL_TEST(vga_text, tab_goes_to_the_next_eighth_column) {
  VgaText screen = blank_screen();
  screen.write("a\tb");
  expect_equal(cells[8], 0x0762);
}

KERNEL_TEST(vga_text, characters_beyond_ascii) {
  VgaText screen = blank_screen();
  screen.write("é─█☺ÿ");
  constexpr std::array<uint16_t, 5> kExpected = {0x0782, 0x07c4, 0x07db, 0x0701, 0x0798};
  for (unsigned i = 0; i < kExpected.size(); ++i) expect_equal(cells[i], kExpected[i]);
  expect_equal(screen.column(), kExpected.size());
}

KERNEL_TEST(vga_text, a_character_may_come_in_pieces) {
  VgaText screen = blank_screen();
  screen.write("\xe2\x94");
  expect_equal(screen.column(), 0);
  screen.write("\x80");
  expect_equal(cells[0], 0x07c4);
}

KERNEL_TEST(vga_text, what_is_no_character_is_a_question_mark) {
  VgaText screen = blank_screen();
  screen.write("\x80\xff\xe2z€");    // two that fit nowhere, one cut off, one that the adapter does not have
  expect_equal(screen.column(), 4);  // nothing for the one cut off
  for (const unsigned column : {0, 1, 3}) expect_equal(cells[column], 0x073f);
  expect_equal(cells[2], 0x077a);
}

KERNEL_TEST(vga_text, all_sixteen_colours) {
  VgaText screen = blank_screen();
  for (uint8_t color = 0; color < 16; ++color) {
    screen.set_color(Color{color}, Color{static_cast<uint8_t>(color % 8)});
    screen.write("x");
    expect_equal(cells[color] >> 8, (color % 8) << 4 | color);
  }
}

KERNEL_TEST(timer, ticks_come) {
  const uint64_t before = timer_ticks();
  for (unsigned i = 0; i < 20 && timer_ticks() < before + 2; ++i) hlt();
  expect(timer_ticks() >= before + 2);
}

KERNEL_TEST(timer, is_served_with_interrupts_off_and_ended) {
  // A forgotten end of interrupt would let through one tick and no more.
  const uint64_t before = irq_counts().served[kTimerIrq];
  while (irq_counts().served[kTimerIrq] < before + 3) hlt();
}

}  // namespace
}  // namespace kernel
