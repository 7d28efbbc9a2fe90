// SPDX-License-Identifier: GPL-2.0-or-later
// The keyboard controller: an 8042 (later 8742) microcontroller between the keyboard's cable and the bus,
// with enough pins left over to hold the A20 gate and the CPU's reset line. PS/2 flavour, with an auxiliary
// (mouse) port to which nothing is connected.
//
//   offset 0 (port 0x60)  read: output buffer      write: byte for the keyboard, or a command's data byte
//   offset 4 (port 0x64)  read: status             write: command to the controller
//
//   status  bit 0 OBF  output buffer full: read port 0x60     bit 4 INH  keyboard not locked
//           bit 1 IBF  input buffer full: do not write yet    bit 5 AUXB the buffered byte is from the mouse
//           bit 2 SYS  self test passed                       bit 6 TO   time-out, nobody answered
//           bit 3 A2   last write went to 0x64                bit 7 PERR parity error
//   command byte (RAM byte 0)  bit 0 IRQ 1, bit 1 IRQ 12, bit 2 SYS, bit 4 keyboard off, bit 5 mouse off,
//           bit 6 translate scan code set 2 into set 1
//
// While OBF is set or the keyboard is off, the clock line is held low and the keyboard keeps its bytes: a
// driver that never reads port 0x60 gets one interrupt and no more.
//
// NOT MODELLED: the firmware's own time (a command is carried out at once, so IBF always reads 0); a mouse;
// password lock; the 6 us pulses of 0xF0 to 0xFF other than on the reset line; the manufacturing jumper bits
// of the input port; firmware that loses its command byte in the self test.
//
// Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller" (1988);
// Intel 8042/8742 data sheet (order number 210393).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "sim/base/bits.h"
#include "sim/base/units.h"

namespace ringside {

inline constexpr unsigned kI8042Data = 0;     // port 0x60
inline constexpr unsigned kI8042Command = 4;  // port 0x64, status when read

// How long the controller takes to put a waiting answer into an output buffer that was just emptied. Longer
// than nothing, so that IRQ 1 falls in between and an edge-triggered interrupt controller sees the second
// byte.
inline constexpr Ticks kI8042RefillTicks = 1'000;

// Defaults: after power-on, self test not yet asked for: both ports off, no interrupts, no translation.
struct I8042 {
  std::uint8_t output_buffer = 0;
  std::uint8_t status = 0x18;
  std::array<std::uint8_t, 32> ram{0x30};  // byte 0 is the command byte
  std::uint8_t output_port = 0xCF;  // P2: bit 0 reset line (low = reset), bit 1 A20, 4 and 5 follow the IRQs
  std::uint8_t awaiting_data = 0;   // the command whose data byte comes to port 0x60, or 0
  std::uint8_t reply = 0;           // an answer waiting for the output buffer to be free
  std::uint8_t reply_status = 0;    // its AUXB and TO bits
  bool reply_waiting = false;
  Ticks refill_at = kNever;   // when the waiting answer enters the buffer
  bool break_prefix = false;  // translation has swallowed 0xF0; the next code is a release
  bool operator==(const I8042&) const = default;
};
static_assert(std::is_trivially_copyable_v<I8042>);

// Command byte 0x61 (IRQ 1 on, mouse off, translation on), self test passed, A20 open. SYS is set in the
// status though not in the command byte, as PCs report it.
I8042 i8042_after_bios();

struct I8042Output {
  std::optional<std::uint8_t> to_keyboard;  // hand it to the keyboard
  bool reset = false;                       // the reset line was pulled: the PC starts over
  bool operator==(const I8042Output&) const = default;
};

I8042Output write_port(I8042& chip, unsigned offset, std::uint8_t value, Ticks now);
std::uint8_t read_port(I8042& chip, unsigned offset, Ticks now);
std::uint8_t peek_port(const I8042& chip, unsigned offset, Ticks now);

// The clock line of the keyboard's cable, as the controller drives it: true = the keyboard may send.
bool keyboard_clock(const I8042& chip);

// A byte has come over the cable. REQUIRES keyboard_clock(chip).
void receive_from_keyboard(I8042& chip, std::uint8_t byte);

// Output lines as levels.
bool irq1_level(const I8042& chip);
bool irq12_level(const I8042& chip);
bool a20_gate(const I8042& chip);

void advance(I8042& chip, Ticks now);
Ticks next_event(const I8042& chip);

// Scan code set 2 to set 1, one byte, without the 0xF0 prefix (a release is this | 0x80). For panels and
// tests.
std::uint8_t translate_scan_code(std::uint8_t set2);

template <class Visitor>
void visit_fields(const I8042& chip, Visitor&& v) {
  const auto& [output_buffer, status, ram, output_port, awaiting_data, reply, reply_status, reply_waiting,
               refill_at, break_prefix] = chip;
  v("output_buffer", output_buffer);
  v("status", status);
  v("ram", ram);
  v("output_port", output_port);
  v("awaiting_data", awaiting_data);
  v("reply", reply);
  v("reply_status", reply_status);
  v("reply_waiting", reply_waiting);
  v("refill_at", refill_at);
  v("break_prefix", break_prefix);
}

}  // namespace ringside
