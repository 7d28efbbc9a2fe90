// SPDX-License-Identifier: MIT
//
// Step 4. The 8254's counter 0 is port 0x40, its control word port 0x43; kernel::rdtsc() reads the time stamp
// counter.
#include "arch/instructions.h"
#include "arch/port.h"
#include "policies.h"

namespace lab {

uint64_t ticks_since(uint64_t, uint64_t) { return 0; }

void interrupt_once(uint64_t, uint64_t) {}

void no_interrupt() {}

}  // namespace lab
