// SPDX-License-Identifier: MIT
//
// The kernel around your keyboard: it shows what is typed. With `busy` on the command line it never looks.
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/i8042.h"
#include "drivers/pic8259.h"
#include "keyboard.h"
#include "lib/print.h"

namespace lab {

// Another device that wakes the processor, as in any kernel.
constinit volatile uint64_t serial_bytes = 0;
void handle_serial() {
  while (kernel::console.serial().receive()) serial_bytes = serial_bytes + 1;
}

// Interrupts are on.
[[gnu::noinline]] void ready(bool busy) {
  for (;;) {
    if (busy)
      kernel::hlt();
    else
      kernel::print("{}", read_character());
  }
}

}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  const auto& boot = kernel::read_boot_information(magic, kernel::PhysicalAddress(report));
  kernel::console.initialize();
  kernel::load_segments();
  kernel::load_interrupt_table();
  kernel::pics.initialize(kernel::kIrqBaseVector);
  kernel::initialize_keyboard_controller();
  kernel::set_irq_handler(kernel::kKeyboardIrq, lab::handle_keyboard);
  kernel::set_irq_handler(kernel::Uart16550::kCom1Irq, lab::handle_serial);
  kernel::console.serial().enable_receive_interrupt();
  kernel::print("type something\n");
  kernel::sti();
  lab::ready(boot.command_line.find("busy") != std::string_view::npos);
  __builtin_unreachable();
}
