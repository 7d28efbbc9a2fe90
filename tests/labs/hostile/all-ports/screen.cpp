// SPDX-License-Identifier: GPL-2.0-or-later
// expect: checked 0
// Numbers at random to every port, for ever.
#include "screen.h"

namespace {

void evil() {
  for (uint64_t x = 88172645463325252;;) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    auto value = static_cast<uint32_t>(x >> 16);
    asm volatile("out %w1, %0; in %0, %w1" : "+a"(value) : "d"(static_cast<uint16_t>(x)));
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
