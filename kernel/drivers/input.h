// SPDX-License-Identifier: MIT
//
// Characters typed by the user, on the keyboard or at the other end of the serial line: two interrupt
// handlers put them into one queue.
#pragma once

#include <cstdint>
#include <optional>

#include "task/event.h"

namespace kernel {

// Prepares the keyboard controller and opens IRQ 1 and IRQ 4.
void start_input();

// The next character, if one was typed.
std::optional<char> try_read_character();

// Happens when characters may have come.
extern Event input_event;

// The thread sleeps until there is one.
char read_character();

// Keys and characters so far. A character is lost when the queue is full because nobody reads.
struct InputCounts {
  uint64_t scancodes;
  uint64_t repeats;
  uint64_t characters;
  uint64_t lost;
  uint8_t lights;  // that the keyboard shows, of keyboard_light
};
InputCounts input_counts();

}  // namespace kernel
