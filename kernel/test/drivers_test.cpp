// SPDX-License-Identifier: MIT
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
