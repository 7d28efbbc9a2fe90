// SPDX-License-Identifier: GPL-2.0-or-later
// Where a thread stands and how much of its stack it has used. Of one that does not run, from the frame that
// the switch leaves on its stack (kernel::SwitchFrame). Private to this layer.
#pragma once

#include <cstdint>

#include "sim/inspect/context.h"
#include "sim/inspect/threads.h"

namespace ringside {

// A stack without its pointer: looks through its memory for the lowest byte that is not zero.
GuestStack measure_stack(const InspectContext&, std::uint64_t bottom, std::uint64_t top);

// Fills in `calls`, `stands`, and the stack's pointer. `on_processor`: the processor has the thread's
// registers, perhaps in a handler on another stack; else they were saved at `saved_rsp`.
void find_calls(const InspectContext&, GuestThread&, std::uint64_t saved_rsp, bool on_processor);

}  // namespace ringside
