// SPDX-License-Identifier: MIT
//
// For a test that goes on after a panic: KERNEL_TEST_SHOULD_PANIC ends with it, and runs no destructor.
#pragma once

#include "arch/context.h"
#include "lib/panic.h"

namespace kernel {

// Calls `act`; true if it panicked, also by an exception that nobody handles. Nothing is printed.
// REQUIRES: no other call of it is on the way; what `act` had begun is left as it was.
inline bool panics(void (*act)()) {
  static constinit ReturnPoint after_panic;
  const PanicHooks runner = set_panic_hooks({.before_report = [] { return_to(after_panic); }});
  const bool panicked = set_return_point(after_panic);
  if (!panicked) act();
  set_panic_hooks(runner);
  return panicked;
}

}  // namespace kernel
