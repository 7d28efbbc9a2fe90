// SPDX-License-Identifier: MIT
//
// With interrupts off the timer ends nothing: only whoever started the machine can.
#include "arch/instructions.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST_SHOULD_HANG(hang, with_interrupts_off_no_tick_ends_it) {
  cli();
  for (;;) pause();
}

}  // namespace
}  // namespace kernel
