// SPDX-License-Identifier: MIT
#include "arch/machine.h"

#include "arch/instructions.h"
#include "drivers/i8042.h"

namespace kernel {

void halt_for_ever() {
  for (;;) {
    cli();
    hlt();
  }
}

void triple_fault() {
  lidt({.limit = 0, .base = 0});
  int3();
  halt_for_ever();
}

void reset_machine() {
  cli();
  pulse_reset_line();
  for (unsigned i = 0; i < 100000; ++i) pause();
  triple_fault();
}

}  // namespace kernel
