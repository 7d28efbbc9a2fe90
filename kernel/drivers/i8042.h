// SPDX-License-Identifier: MIT
//
// The keyboard controller: Intel 8042, ports 0x60 (data) and 0x64 (status and command), IRQ 1.
// Source: IBM PS/2 Hardware Interface Technical Reference, keyboard and auxiliary device controller.
#pragma once

#include <cstdint>
#include <optional>

namespace kernel {

inline constexpr unsigned kKeyboardIrq = 1;

// Interrupt 1 on, translation to scan code set 1 on, mouse off, keyboard scanning. A BIOS leaves things so; a
// machine started cold does not. False if the controller does not answer.
bool initialize_keyboard_controller();

// The byte in the output buffer, if there is one. Reading port 0x60 makes room for the next.
std::optional<uint8_t> read_keyboard_byte();

// A byte to the keyboard itself, which answers it by a byte in the output buffer. False if the controller
// does not take it.
bool send_to_keyboard(uint8_t byte);

// Puts a byte into the output buffer as if the keyboard had sent it: what follows, from the interrupt on, is
// real. For tests.
void pretend_keyboard_sent(uint8_t byte);

// Pulses the line that resets the CPU.
void pulse_reset_line();

}  // namespace kernel
