// SPDX-License-Identifier: MIT
//
// What the kernel does about page faults: mends those that are meant to happen, panics at all others.
#pragma once

#include "arch/trap_frame.h"

namespace kernel {

// Handler of #PF. A first touch of a page on demand gets its page, and the instruction runs again.
void handle_page_fault(TrapFrame& frame);

}  // namespace kernel
