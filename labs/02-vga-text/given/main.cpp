// SPDX-License-Identifier: MIT
//
// The kernel around your screen: it shows it off, and waits.
#include "arch/instructions.h"
#include "memory/layout.h"
#include "screen.h"

namespace lab {

// Where the boot code maps the first GiB of physical memory, the adapter's cells among it.
constinit Screen screen{kernel::kKernelBase + 0xb8000};

// The end of the demonstration. The check calls the functions of your screen from here.
[[gnu::noinline]] void ready() {
  for (;;) kernel::hlt();
}

void print_slots(Screen& where, const PrintSlots& slots) {
  where.print(slots.format, slots.text, slots.first, slots.second);
}

namespace {

void demonstrate() {
  screen.set_color(Color::yellow, Color::blue);
  screen.write("Ringside");
  screen.set_color(Color::light_gray, Color::black);
  screen.write(" writes on its own screen.\n");
  screen.print("{} rows of {} cells, from {:x} on.\n", uint64_t{25}, uint64_t{80}, uint64_t{0xb8000});
}

}  // namespace
}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t, uint32_t) {
  for (unsigned i = 0; i < 80 * 25; ++i)
    reinterpret_cast<volatile uint16_t*>(kernel::kKernelBase + 0xb8000)[i] = 0x0720;
  lab::demonstrate();
  lab::ready();
  __builtin_unreachable();
}
