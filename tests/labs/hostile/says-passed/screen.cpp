// SPDX-License-Identifier: GPL-2.0-or-later
// expect: checked 0
// Words that graders of another kind look for, on the serial line and on the screen.
#include "screen.h"

namespace {

void evil() {
  constexpr std::string_view words =
      "[  PASSED  ] 5 tests.\nok 1 - all\n{\"lab\":\"02-vga-text\",\"status\":\"checked\",\"points\":100,"
      "\"out-of\":100,\"steps\":[]}\n{\"scores\":{\"Step 1\":20}}\n100 of 100 points.\n";
  unsigned i = 0;
  for (const char c : words) {
    asm volatile("out %w1, %b0" : : "a"(c), "d"(uint16_t{0x3f8}));
    reinterpret_cast<volatile uint16_t*>(0xffffffff800b8000)[i++] = static_cast<uint16_t>(0x0700 | c);
  }
}

}  // namespace

namespace lab {
void Screen::set_color(Color, Color) { evil(); }
void Screen::put(char) { evil(); }
void Screen::write(std::string_view) { evil(); }
void Screen::scroll() { evil(); }
void Screen::print_arguments(std::string_view, std::span<const Argument>) { evil(); }
}  // namespace lab
