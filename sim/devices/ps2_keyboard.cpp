// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/ps2_keyboard.h"

#include <algorithm>
#include <span>

#include "sim/devices/scan_codes.h"

namespace ringside {
namespace {

constexpr std::uint8_t kAck = 0xFA;
constexpr std::uint8_t kResend = 0xFE;
constexpr std::uint8_t kSelfTestPassed = 0xAA;
constexpr std::uint8_t kDefaultTypematic = 0x2B;

// What goes next on the wire. A key's prefix and code stay together; else replies overtake scan codes.
bool buffer_goes_next(const Ps2Keyboard& k) {
  return k.buffer_count != 0 && (k.reply_count == 0 || k.inside_sequence);
}

bool testing(const Ps2Keyboard& k) { return k.self_test_done_at != kNever; }

void start_frame(Ps2Keyboard& k, Ticks start) {
  if (k.clock_high && k.frame_done_at == kNever && !is_idle(k)) k.frame_done_at = start + kKeyboardFrameTicks;
}

void put_reply(Ps2Keyboard& k, std::uint8_t byte) {
  if (k.reply_count < k.replies.size()) k.replies[k.reply_count++] = byte;
}

// 0x00 in set 2, 0xFF in set 1.
std::uint8_t overrun_code(const Ps2Keyboard& k) { return k.scan_code_set == 1 ? 0xFF : 0x00; }

void put_sequence(Ps2Keyboard& k, std::span<const std::uint8_t> codes, Ticks now) {
  if (codes.empty()) return;
  if (k.buffer_count + codes.size() <= kKeyboardBufferBytes) {
    std::ranges::copy(codes, k.buffer.begin() + k.buffer_count);
    k.buffer_count += static_cast<std::uint8_t>(codes.size());
  } else if (k.buffer_count < k.buffer.size() && k.buffer[k.buffer_count - 1] != overrun_code(k)) {
    k.buffer[k.buffer_count++] = overrun_code(k);
  }
  start_frame(k, now);
}

void clear_buffer(Ps2Keyboard& k) {
  k.buffer = {};
  k.buffer_count = 0;
  k.inside_sequence = false;
  k.repeating = Key::none;
  k.repeat_at = kNever;
}

void set_defaults(Ps2Keyboard& k) {
  clear_buffer(k);
  k.scan_code_set = 2;
  k.typematic = kDefaultTypematic;
}

HeldModifiers modifiers(const Ps2Keyboard& k) {
  return {.shift = is_held(k, Key::left_shift) || is_held(k, Key::right_shift),
          .ctrl = is_held(k, Key::left_ctrl) || is_held(k, Key::right_ctrl),
          .alt = is_held(k, Key::left_alt) || is_held(k, Key::right_alt)};
}

void set_held(Ps2Keyboard& k, Key key, bool down) {
  const auto number = static_cast<unsigned>(key);
  const std::uint64_t mask = std::uint64_t{1} << (number % 64);
  k.held[number / 64] = down ? k.held[number / 64] | mask : k.held[number / 64] & ~mask;
}

// The second byte of 0xED, 0xF0 or 0xF3. Returns false if it is a new command instead, which takes its place.
bool take_argument(Ps2Keyboard& k, std::uint8_t byte) {
  const std::uint8_t command = k.awaiting_argument;
  k.awaiting_argument = 0;
  if (command == 0 || byte >= 0xED) return false;
  if (command == 0xF0 && byte > 2) {
    put_reply(k, kResend);
    return true;
  }
  put_reply(k, kAck);
  if (command == 0xED) k.leds = byte & 7;
  if (command == 0xF3) k.typematic = byte & 0x7F;
  if (command == 0xF0 && byte == 0) put_reply(k, k.scan_code_set);
  if (command == 0xF0 && byte != 0) {
    clear_buffer(k);
    k.scan_code_set = byte;
  }
  return true;
}

void take_command(Ps2Keyboard& k, std::uint8_t byte, Ticks now) {
  switch (byte) {
    case 0xED:  // set the lights: argument follows
    case 0xF0:  // scan code set: argument follows
    case 0xF3:  // typematic delay and rate: argument follows
      k.awaiting_argument = byte;
      put_reply(k, kAck);
      break;
    case 0xEE:  // echo, answered by itself alone
      put_reply(k, 0xEE);
      break;
    case 0xF2:  // who are you: an MF2 keyboard
      put_reply(k, kAck);
      put_reply(k, 0xAB);
      put_reply(k, 0x83);
      break;
    case 0xF4:  // scan
      clear_buffer(k);
      k.scanning = true;
      put_reply(k, kAck);
      break;
    case 0xF5:  // defaults, do not scan
      set_defaults(k);
      k.scanning = false;
      put_reply(k, kAck);
      break;
    case 0xF6:  // defaults, scanning as it was
      set_defaults(k);
      put_reply(k, kAck);
      break;
    case 0xF7:
    case 0xF8:
    case 0xF9:
    case 0xFA:  // all keys typematic / make-break / ...: they tell on set 3 only
      put_reply(k, kAck);
      break;
    case 0xFE: put_reply(k, k.last_sent); break;
    case 0xFF:  // reset: acknowledge, then the self test and its result
      set_defaults(k);
      k.leds = 0;
      k.scanning = true;
      k.reply_count = 0;
      put_reply(k, kAck);
      k.self_test_done_at = now + 2 * kKeyboardFrameTicks + kKeyboardSelfTestTicks;
      break;
    default: put_reply(k, kResend); break;
  }
}

}  // namespace

Ps2Keyboard ps2_keyboard_after_bios() {
  Ps2Keyboard k;
  k.self_test_done_at = kNever;
  k.clock_high = true;
  k.last_sent = kAck;
  return k;
}

bool is_held(const Ps2Keyboard& k, Key key) {
  const auto number = static_cast<unsigned>(key);
  return number < 128 && ((k.held[number / 64] >> (number % 64)) & 1) != 0;
}

bool is_idle(const Ps2Keyboard& k) { return k.buffer_count == 0 && k.reply_count == 0; }

void press(Ps2Keyboard& k, Key key, Ticks now) {
  advance(k, now);
  if (key == Key::none || static_cast<std::size_t>(key) > kKeyCount || is_held(k, key)) return;
  const HeldModifiers held = modifiers(k);
  set_held(k, key, true);
  if (!k.scanning || testing(k)) return;
  put_sequence(k, make_codes(key, k.scan_code_set, held).span(), now);
  const bool repeats = key != Key::pause;
  k.repeating = repeats ? key : Key::none;
  k.repeat_at = repeats ? now + typematic_delay_ticks(k.typematic) : kNever;
}

void release(Ps2Keyboard& k, Key key, Ticks now) {
  advance(k, now);
  if (!is_held(k, key)) return;
  set_held(k, key, false);
  if (k.repeating == key) {
    k.repeating = Key::none;
    k.repeat_at = kNever;
  }
  if (k.scanning && !testing(k)) put_sequence(k, break_codes(key, k.scan_code_set, modifiers(k)).span(), now);
}

void receive(Ps2Keyboard& k, std::uint8_t byte, Ticks now) {
  advance(k, now);
  if (!take_argument(k, byte)) take_command(k, byte, now);
  // The host took the wire: whatever was on it is sent anew, after the host's own byte.
  k.frame_done_at = kNever;
  start_frame(k, now + kKeyboardFrameTicks);
}

void set_clock(Ps2Keyboard& k, bool high, Ticks now) {
  if (k.clock_high == high) return;
  advance(k, now);
  k.clock_high = high;
  if (!high && k.frame_done_at > now) k.frame_done_at = kNever;
  start_frame(k, now);
}

std::optional<std::uint8_t> take_byte(Ps2Keyboard& k, Ticks now) {
  advance(k, now);
  if (k.frame_done_at > now || is_idle(k)) return std::nullopt;
  if (buffer_goes_next(k)) {
    k.last_sent = k.buffer[0];
    std::shift_left(k.buffer.begin(), k.buffer.end(), 1);
    k.buffer[--k.buffer_count] = 0;
    k.inside_sequence = k.last_sent == 0xE0 || k.last_sent == 0xE1 || k.last_sent == 0xF0;
  } else {
    k.last_sent = k.replies[0];
    std::shift_left(k.replies.begin(), k.replies.end(), 1);
    k.replies[--k.reply_count] = 0;
  }
  k.frame_done_at = kNever;
  start_frame(k, now);
  return k.last_sent;
}

void advance(Ps2Keyboard& k, Ticks now) {
  if (k.self_test_done_at <= now) {
    const Ticks done = k.self_test_done_at;
    k.self_test_done_at = kNever;
    put_reply(k, kSelfTestPassed);
    start_frame(k, done);
  }
  while (k.repeat_at <= now) {
    const Ticks period = typematic_period_ticks(k.typematic);
    // "Only the first make code is stored while the host does not let us send." With nothing left to store,
    // all repeats up to now pass at one stroke.
    if (!k.clock_high || k.buffer_count == k.buffer.size()) {
      k.repeat_at += (now - k.repeat_at) / period * period + period;
      break;
    }
    HeldModifiers held = modifiers(k);
    if (k.repeating == Key::print_screen) held.shift = true;  // repeated without its extended Shift
    put_sequence(k, make_codes(k.repeating, k.scan_code_set, held).span(), k.repeat_at);
    k.repeat_at += period;
  }
}

Ticks next_event(const Ps2Keyboard& k) {
  const Ticks repeat = k.clock_high ? k.repeat_at : kNever;
  return std::min({k.frame_done_at, k.self_test_done_at, repeat});
}

Ticks typematic_delay_ticks(std::uint8_t rate_byte) {
  return (((rate_byte >> 5) & 3u) + 1) * Ticks{250'000'000};
}

Ticks typematic_period_ticks(std::uint8_t rate_byte) {
  return ((8 + (rate_byte & 7u)) << ((rate_byte >> 3) & 3u)) * Ticks{4'170'000};
}

}  // namespace ringside
