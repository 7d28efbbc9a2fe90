// SPDX-License-Identifier: MIT
//
// The other way to a reset: the keyboard controller pulses the line.
#include "arch/instructions.h"
#include "drivers/i8042.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST_SHOULD_RESET(reset_line, resets_the_machine) {
  cli();
  pulse_reset_line();
  for (unsigned i = 0; i < 100000; ++i) pause();  // on a real board it takes a moment
}

}  // namespace
}  // namespace kernel
