// SPDX-License-Identifier: GPL-2.0-or-later
// expect: checked 0
// A kernel that wants 1 GB of memory.
#include "screen.h"
char huge[1u << 30];
namespace lab {
void Screen::set_color(Color, Color) {}
void Screen::put(char c) { huge[static_cast<unsigned char>(c) << 20] = c; }
void Screen::write(std::string_view) {}
void Screen::scroll() {}
void Screen::print_arguments(std::string_view, std::span<const Argument>) {}
}  // namespace lab
