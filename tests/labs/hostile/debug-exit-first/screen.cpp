// SPDX-License-Identifier: GPL-2.0-or-later
// expect: checked 0
// Leaves with the code for success before anything could be checked.
#include "screen.h"

namespace {

void evil() {
  for (unsigned i = 0; i < 3; ++i) {
    const uint16_t ports[]{0xf4, 0x501, 0x604};
    asm volatile("out %w1, %0" : : "a"(0x10), "d"(ports[i]));
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
