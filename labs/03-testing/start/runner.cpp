// SPDX-License-Identifier: MIT
//
// Your file. testing.h says what each function is for; README.md goes through the steps.
#include "arch/context.h"
#include "arch/machine.h"
#include "arch/port.h"
#include "drivers/console.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "suite.h"
#include "testing.h"

namespace lab {

// Step 2: leaves the test.
void fail(std::string_view) { kernel::halt_for_ever(); }

// Step 2: runs them and reports. Step 3: those that panic. Step 4: those that are ignored, and those that are
// chosen.
Summary run_tests(std::span<const TestCase* const>, std::string_view, bool) { return {}; }

// Step 5: the exit code.
void leave(Summary) { kernel::halt_for_ever(); }

}  // namespace lab
