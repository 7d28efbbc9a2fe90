// SPDX-License-Identifier: MIT
//
// The keyboard's interrupt, and those who wait for keys. You write keyboard.cpp.
#pragma once

#include <cstdint>

#include "decoder.h"
#include "queue.h"

namespace lab {

// Step 5. Called for each interrupt of line 1, with interrupts off. Reads port 0x60 once: one byte, one
// interrupt. What it types goes into `typed`; where that is full it is counted in `lost`.
void handle_keyboard();

// Step 6. The next character. While there is none the processor halts, and no key that comes in the meantime
// is slept through. Interrupts are on before and after it.
char read_character();

// Yours, in keyboard.cpp.
extern Decoder decoder;
extern Queue typed;
extern uint64_t lost;

}  // namespace lab
