// SPDX-License-Identifier: MIT
//
// The whole machine: stop it, start it again.
#pragma once

namespace kernel {

// Interrupts off and HLT: only an NMI could wake it, and it goes back to sleep.
[[noreturn]] void halt_for_ever();

// Through the keyboard controller's reset line, or if that does nothing, by a triple fault.
[[noreturn]] void reset_machine();

// An empty interrupt table and an exception: the CPU finds no gate, neither for the exception, nor for the
// resulting general protection fault, nor for the double fault, and gives up. A PC then resets.
[[noreturn]] void triple_fault();

}  // namespace kernel
