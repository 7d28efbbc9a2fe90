// SPDX-License-Identifier: MIT
#include "arch/interrupts.h"
#include "drivers/keyboard.h"
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

std::optional<char> last_of(std::initializer_list<uint8_t> scancodes) {
  ScancodeDecoder decoder;
  std::optional<char> last;
  for (const uint8_t code : scancodes) last = decoder.decode(code);
  return last;
}

KERNEL_TEST(keyboard, letters_and_digits) {
  expect(last_of({0x1e}) == 'a');
  expect(last_of({0x0b}) == '0');
  expect(last_of({0x1c}) == '\n');
  expect(last_of({0x1e, 0x9e}) == std::nullopt);  // release
}

KERNEL_TEST(keyboard, shift_holds_until_released) {
  expect(last_of({0x2a, 0x1e}) == 'A');
  expect(last_of({0x36, 0x02}) == '!');
  expect(last_of({0x2a, 0x1e, 0x9e, 0xaa, 0x1e}) == 'a');
  expect(last_of({0x2a, 0x36, 0xaa, 0x1e}) == 'A');  // one of two shifts is still down
}

KERNEL_TEST(keyboard, caps_lock_is_for_letters_only) {
  expect(last_of({0x3a, 0xba, 0x1e}) == 'A');
  expect(last_of({0x3a, 0xba, 0x02}) == '1');
  expect(last_of({0x3a, 0xba, 0x2a, 0x1e}) == 'a');
  expect(last_of({0x3a, 0xba, 0x3a, 0xba, 0x1e}) == 'a');
}

KERNEL_TEST(keyboard, control_gives_control_characters) {
  expect(last_of({0x1d, 0x2e}) == 3);
  expect(last_of({0xe0, 0x1d, 0x2e}) == 3);
  expect(last_of({0x1d, 0x2e, 0xae, 0x9d, 0x2e}) == 'c');
}

KERNEL_TEST(keyboard, extended_keys) {
  expect(last_of({0xe0, 0x35}) == '/');
  expect(last_of({0xe0, 0x1c}) == '\n');
  expect(last_of({0xe0, 0x48}) == std::nullopt);  // cursor up; without the prefix it is 8 on the keypad
  expect(last_of({0x48}) == '8');
  expect(last_of({0xe0, 0x2a, 0xe0, 0x37, 0x1e}) == 'a');  // Print Screen makes up a shift
}

KERNEL_TEST(keyboard, pause_makes_nothing) {
  expect(last_of({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5}) == std::nullopt);
  expect(last_of({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x2e}) == 'c');
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
