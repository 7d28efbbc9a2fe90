// SPDX-License-Identifier: MIT
//
// The kernel around your walk: boots, makes some pages to look at, and shows the way to each of them.
//
//   walk=ADDRESS,ADDRESS,...   on the command line: show these instead
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "demo.h"
#include "drivers/console.h"
#include "lib/text.h"
#include "memory/layout.h"

namespace lab {
namespace {

constexpr uint64_t kShown[] = {
    kernel::kKernelBase + 0xb8000,          // the screen, in a page of 2 MiB
    kDemoBase + 0x4567'89ab,                // 1 GiB
    kDemoBase + 0x8000'0000 + 0x40'1234,    // 2 MiB
    kDemoBase + 0x8000'0000 + 0x1fe0'0678,  // 4 KiB
    kDemoBase + 0x8000'0000 + 0x1fe0'2678,  // a hole
    0,                                      // nothing at all
    0x0001'2345'6789'abcd,                  // no address
};

void demonstrate(std::string_view command_line) {
  bool asked = false;
  while (!command_line.empty()) {
    std::string_view word = kernel::take_word(command_line);
    if (!word.starts_with("walk=")) continue;
    word.remove_prefix(5);
    asked = true;
    while (!word.empty())
      if (const auto address = kernel::parse_number(kernel::take_until(word, ','))) show_walk(*address);
  }
  if (asked) return;
  for (const uint64_t address : kShown) show_walk(address);
}

}  // namespace

// Here the check calls your functions.
[[gnu::noinline]] void prepared() { asm volatile(""); }

// The end of the demonstration.
[[gnu::noinline]] void ready() {
  for (;;) kernel::hlt();
}

}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  const auto& information = kernel::read_boot_information(magic, kernel::PhysicalAddress(report));
  kernel::console.initialize();
  kernel::load_segments();
  kernel::load_interrupt_table();
  lab::map_demo_pages();
  lab::prepared();
  lab::demonstrate(information.command_line);
  lab::ready();
  __builtin_unreachable();
}
