// SPDX-License-Identifier: MIT
//
// Your file. timer.h says what the function is for; README.md goes through the steps.
#include "timer.h"

#include "arch/port.h"  // kernel::out8

namespace lab {

// Step 3: a control word, then the count in two halves.
void start_timer(unsigned) {}

}  // namespace lab
