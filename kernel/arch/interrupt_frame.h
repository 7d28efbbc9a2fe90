// SPDX-License-Identifier: MIT
//
// What the CPU itself pushes when it takes an interrupt or an exception (Intel SDM vol. 3, 6.14.2), as the
// compiler hands it to a function marked [[gnu::interrupt]].
//
// There are two ways to write a handler:
//
//   [[gnu::interrupt]] void handler(InterruptFrame*)              the compiler saves the registers that the
//   [[gnu::interrupt]] void handler(InterruptFrame*, uint64_t)    function uses, and ends it with IRETQ
//
//      For work that is done when it is done: serve a device, count, mend one thing. The handler is one
//      function, found where it is written; but it cannot see the registers of what it interrupted.
//
//   trap.S, then a function of TrapFrame&                         all registers lie in memory
//
//      For whoever looks at the registers of the interrupted program or changes them: panic and its report,
//      the page fault, the debugger's traps, and the timer, the one interrupt that comes at any place of all.
//
// Both may end in a switch of threads: what was saved lies on the stack of the thread that was interrupted.
//
// The second parameter stands for the error code, and must be there exactly if the CPU pushes one. Who gets
// that wrong takes the error code for RIP. So the two forms have two types, and only the right one fits a
// gate (arch/gate.h).
//
// A handler with an error code has it where a backtrace looks for the return address; prefer trap.S for what
// may panic.
#pragma once

#include <cstdint>

namespace kernel {

struct InterruptFrame {
  uint64_t rip, cs, rflags, rsp, ss;
};
static_assert(sizeof(InterruptFrame) == 5 * 8);

using InterruptFunction = void (*)(InterruptFrame* frame);
using ErrorCodeFunction = void (*)(InterruptFrame* frame, uint64_t error_code);

}  // namespace kernel
