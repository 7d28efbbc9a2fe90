// SPDX-License-Identifier: GPL-2.0-or-later
// expect: checked 0
// The trap flag is set, and the handler sets it again.
#include "screen.h"

asm(R"(.text
trap: or qword ptr [rsp + 16], 0x100
iretq
)");
extern "C" const char trap[];

namespace {

void evil() {
  static uint64_t gates[64];
  static struct [[gnu::packed]] {
    uint16_t limit;
    const uint64_t* base;
  } idt{sizeof gates - 1, gates};
  uint16_t cs;
  asm volatile("mov %0, cs" : "=r"(cs));
  const auto to = reinterpret_cast<uint64_t>(trap);
  for (unsigned i = 0; i < 32; ++i) {
    gates[2 * i] = (to & 0xffff) | uint64_t{cs} << 16 | uint64_t{0x8e00} << 32 | (to >> 16 & 0xffff) << 48;
    gates[2 * i + 1] = to >> 32;
  }
  asm volatile("lidt %0; int3" : : "m"(idt));
  for (;;) asm volatile("");
}

}  // namespace

namespace lab {
void Screen::set_color(Color, Color) { evil(); }
void Screen::put(char) { evil(); }
void Screen::write(std::string_view) { evil(); }
void Screen::scroll() { evil(); }
void Screen::print_arguments(std::string_view, std::span<const Argument>) { evil(); }
}  // namespace lab
