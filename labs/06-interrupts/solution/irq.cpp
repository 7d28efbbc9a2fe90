// SPDX-License-Identifier: MIT
#include "irq.h"

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "pic.h"

namespace lab {

constinit uint64_t spurious_interrupts = 0;

void handle_irq(unsigned line) {
  if (is_spurious(line)) {
    ++spurious_interrupts;
    if (line >= 8) end_of_interrupt(2);  // for the master, its line 2 was real
    return;
  }
  if (handlers[line] != nullptr) handlers[line]();
  end_of_interrupt(line);
}

void say(std::string_view text) {
  const bool were_on = kernel::rflags::read() & kernel::rflags::kInterrupts;
  kernel::cli();
  for (const char character : text) emit(character);
  if (were_on) kernel::sti();
}

}  // namespace lab
