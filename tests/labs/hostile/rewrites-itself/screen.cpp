// SPDX-License-Identifier: GPL-2.0-or-later
// expect: checked 0
// Changes the code that it runs, each time round: what was translated is worth nothing.
#include "screen.h"

namespace {

void evil() {
  asm volatile(R"(
1:  inc dword ptr [rip + 2f - 4]
    mov eax, 1
2:  jmp 1b
)"
               :
               :
               : "eax", "memory");
}

}  // namespace

namespace lab {
void Screen::set_color(Color, Color) { evil(); }
void Screen::put(char) { evil(); }
void Screen::write(std::string_view) { evil(); }
void Screen::scroll() { evil(); }
void Screen::print_arguments(std::string_view, std::span<const Argument>) { evil(); }
}  // namespace lab
