// SPDX-License-Identifier: GPL-2.0-or-later
// The PS/2 keyboard: a computer of its own at the end of a two-wire cable. It turns key movements into scan
// codes, keeps up to 16 of them, and sends one byte at a time whenever the host leaves the clock line high.
// The host sends it commands over the same wires; each is answered with ACK (0xFA).
//
// It has no ports: the 8042 is at the other end. The board connects the two:
//   set_clock(keyboard, keyboard_clock(controller), now)    after every port access, and
//   take_byte(keyboard, now) -> receive_from_keyboard(...)  at next_event(keyboard),
//   receive(keyboard, byte, now)                            for each byte that the controller sends on.
//
// Time: a byte takes 30 us on the wire and a command's answer comes two bytes later; the real clock of 10 to
// 16.7 kHz needs about 1 ms. The self test takes 0.5 ms instead of 0.5 s. Waiting loops of a few thousand
// reads, which kernels contain, then end as they do on a PC. Typematic delay and rate are the real ones.
//
// NOT MODELLED: scan code set 3 (0xF0 0x03 is refused with Resend), so that 0xF7 to 0xFA are acknowledged
// without effect and 0xFB to 0xFD refused; the extra Shift codes that a real keyboard sends around the cursor
// keys when Shift is held or Num Lock is lit; parity errors on the wire; a second layout (102nd key).
//
// Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboard (101- and 102-Key)" (1988): commands,
// buffer and overrun, typematic rates, scan code tables of sets 1 and 2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "sim/base/units.h"
#include "sim/devices/key.h"

namespace ringside {

inline constexpr Ticks kKeyboardFrameTicks = 30'000;      // one byte on the wire
inline constexpr Ticks kKeyboardSelfTestTicks = 500'000;  // the basic assurance test (BAT)
inline constexpr std::uint8_t kKeyboardBufferBytes = 16;

// As after power-on: the self test is running and ends with 0xAA.
struct Ps2Keyboard {
  std::array<std::uint8_t, kKeyboardBufferBytes + 1> buffer{};  // scan codes, oldest first; the 17th place is
  std::uint8_t buffer_count = 0;                                // for the overrun code only
  std::array<std::uint8_t, 8> replies{};  // answers to commands go before scan codes and
  std::uint8_t reply_count = 0;           // take no room from them
  std::uint8_t last_sent = 0;             // what Resend (0xFE) sends again
  std::uint8_t awaiting_argument = 0;     // 0xED, 0xF0 or 0xF3 until its second byte is here
  std::uint8_t scan_code_set = 2;
  std::uint8_t leds = 0;          // bit 0 Scroll Lock, 1 Num Lock, 2 Caps Lock
  std::uint8_t typematic = 0x2B;  // bits 6-5 delay, 4-0 rate; 0x2B = 500 ms, 10.9 a second
  bool scanning = true;           // 0xF4 on, 0xF5 off
  bool inside_sequence = false;   // the last byte sent was a prefix; its key goes next, before any reply
  bool clock_high = false;        // the host lets us send
  Ticks frame_done_at = kNever;   // when the byte on the wire has arrived
  Ticks self_test_done_at = kKeyboardSelfTestTicks;
  Key repeating = Key::none;  // the last key pressed, while it is held
  Ticks repeat_at = kNever;
  std::array<std::uint64_t, 2> held{};  // bit n = the key of number n is down
  bool operator==(const Ps2Keyboard&) const = default;
};
static_assert(std::is_trivially_copyable_v<Ps2Keyboard>);

// The self test is over and its 0xAA taken; scanning, set 2, default rate, no light lit.
Ps2Keyboard ps2_keyboard_after_bios();

// A key goes down or up. Pressing a held key or releasing a free one does nothing (a host's own key repeat
// must not reach the guest). A sequence that does not fit the buffer is dropped and leaves the overrun code
// in the 17th place.
void press(Ps2Keyboard& keyboard, Key key, Ticks now);
void release(Ps2Keyboard& keyboard, Key key, Ticks now);
bool is_held(const Ps2Keyboard& keyboard, Key key);

// One byte from the host: a command or its argument.
void receive(Ps2Keyboard& keyboard, std::uint8_t byte, Ticks now);

// The host pulls the clock low (no sending; a byte on the wire is cut off and sent anew later) or lets go.
void set_clock(Ps2Keyboard& keyboard, bool high, Ticks now);

// The byte that has arrived at the host by `now`, once.
std::optional<std::uint8_t> take_byte(Ps2Keyboard& keyboard, Ticks now);

// Runs the self test's end and the typematic repeat up to `now`.
void advance(Ps2Keyboard& keyboard, Ticks now);

// When take_byte will have something or a repeat is due; may lie in the past if a byte was not taken.
Ticks next_event(const Ps2Keyboard& keyboard);

// Nothing waits to be sent: whoever types a text gives the next stroke now, and none is lost to the 16
// places.
bool is_idle(const Ps2Keyboard& keyboard);

// Typematic settings in machine time, from the rate byte: (1 + bits 6-5) * 250 ms, and
// (8 + bits 2-0) * 2^(bits 4-3) * 4.17 ms.
Ticks typematic_delay_ticks(std::uint8_t rate_byte);
Ticks typematic_period_ticks(std::uint8_t rate_byte);

template <class Visitor>
void visit_fields(const Ps2Keyboard& keyboard, Visitor&& v) {
  const auto& [buffer, buffer_count, replies, reply_count, last_sent, awaiting_argument, scan_code_set, leds,
               typematic, scanning, inside_sequence, clock_high, frame_done_at, self_test_done_at, repeating,
               repeat_at, held] = keyboard;
  v("buffer", buffer);
  v("buffer_count", buffer_count);
  v("replies", replies);
  v("reply_count", reply_count);
  v("last_sent", last_sent);
  v("awaiting_argument", awaiting_argument);
  v("scan_code_set", scan_code_set);
  v("leds", leds);
  v("typematic", typematic);
  v("scanning", scanning);
  v("inside_sequence", inside_sequence);
  v("clock_high", clock_high);
  v("frame_done_at", frame_done_at);
  v("self_test_done_at", self_test_done_at);
  v("repeating", repeating);
  v("repeat_at", repeat_at);
  v("held", held);
}

}  // namespace ringside
