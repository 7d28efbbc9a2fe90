// SPDX-License-Identifier: GPL-2.0-or-later
// expect: checked 0
// One instruction that copies for ever: a count of 2^64 and overlapping ends.
#include "screen.h"

namespace {

void evil() {
  uint64_t count = ~uint64_t{0};
  void* to = reinterpret_cast<void*>(0xffffffff80200000);
  asm volatile("1: mov rcx, 0x3000000; mov rdi, 0xffffffff80200000; rep stosb; jmp 1b"
               : "+c"(count), "+D"(to)
               : "a"(0)
               : "memory");
}

}  // namespace

namespace lab {
void Screen::set_color(Color, Color) { evil(); }
void Screen::put(char) { evil(); }
void Screen::write(std::string_view) { evil(); }
void Screen::scroll() { evil(); }
void Screen::print_arguments(std::string_view, std::span<const Argument>) { evil(); }
}  // namespace lab
