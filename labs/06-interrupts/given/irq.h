// SPDX-License-Identifier: MIT
//
// What happens when a device's interrupt arrives, and how a handler and the program it interrupts may speak
// at the same time. You write irq.cpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace lab {

// Steps 4 and 5. The gates of lines 0 to 15 lead here, with interrupts off. Calls the line's handler, if
// there is one, and ends the interrupt. One that is spurious is counted, and is nobody's.
void handle_irq(unsigned line);

extern uint64_t spurious_interrupts;  // yours, in irq.cpp

// Step 6. The text as a whole, whoever else speaks: no other say() gets in between, from a handler or from
// the program. May be called with interrupts on or off, and leaves them as they were.
void say(std::string_view text);

// --- given ---

// By line; null: nobody serves it.
using Handler = void (*)();
extern Handler handlers[16];

// One character, to the screen and out of COM1. Takes a while.
void emit(char character);

}  // namespace lab
