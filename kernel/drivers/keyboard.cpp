// SPDX-License-Identifier: MIT
#include "drivers/keyboard.h"

#include <string_view>

namespace kernel {
namespace {

constexpr uint8_t kReleased = 0x80;
constexpr uint8_t kExtendedPrefix = 0xe0;
constexpr uint8_t kPausePrefix = 0xe1;  // Pause sends E1 1D 45 E1 9D C5 and nothing on release

// By scan code, 0x00 to 0x39. \0 where a key makes no character.
using namespace std::string_view_literals;
constexpr std::string_view kPlain =
    "\0\x1b"
    "1234567890-=\b\t"
    "qwertyuiop[]\n\0"
    "asdfghjkl;'`"
    "\0\\zxcvbnm,./\0*\0 "sv;
constexpr std::string_view kShifted =
    "\0\x1b"
    "!@#$%^&*()_+\b\t"
    "QWERTYUIOP{}\n\0"
    "ASDFGHJKL:\"~"
    "\0|ZXCVBNM<>?\0*\0 "sv;
static_assert(kPlain.size() == 0x3a && kShifted.size() == 0x3a);
static_assert(kPlain[0x1e] == 'a' && kPlain[0x2c] == 'z' && kPlain[0x39] == ' ');

// 0x47 to 0x53. Without Num Lock they are the cursor keys, which later got keys of their own with 0xE0.
constexpr std::string_view kKeypad = "789-456+1230.";
constexpr uint8_t kKeypadFirst = 0x47;

constexpr bool is_on_keypad(uint8_t code) {
  return code >= kKeypadFirst && code < kKeypadFirst + kKeypad.size();
}
// All of them but - and +.
constexpr bool is_cursor_key(uint8_t code) {
  return is_on_keypad(code) && kKeypad[code - kKeypadFirst] != '-' && kKeypad[code - kKeypadFirst] != '+';
}
constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::optional<KeyEvent> ScancodeDecoder::decode(uint8_t scancode) {
  if (skip_ > 0) {
    --skip_;
    return std::nullopt;
  }
  if (scancode == kPausePrefix) {
    skip_ = 2;
    return std::nullopt;
  }
  if (scancode == kExtendedPrefix) {
    extended_ = true;
    return std::nullopt;
  }
  bool extended = extended_;
  extended_ = false;
  const bool down = (scancode & kReleased) == 0;
  const uint8_t code = scancode & 0x7f;
  // Shift turns Num Lock around, as it does with Caps Lock.
  const bool digits = ((locks_ & keyboard_light::kNumLock) != 0) != shift();
  if (is_cursor_key(code) && !digits) extended = true;
  const Key key{static_cast<uint16_t>(extended ? kExtendedPrefix << 8 | code : code)};
  if (key == Key::made_up_left_shift || key == Key::made_up_right_shift) return std::nullopt;

  const KeyEvent::Kind kind = note(key, down);
  if (change_modifier(key, down)) return KeyEvent{key, kind};
  if (kind == KeyEvent::Kind::pressed) {  // not when repeated: a lock would flicker
    if (key == Key::caps_lock) locks_ ^= keyboard_light::kCapsLock;
    if (key == Key::num_lock) locks_ ^= keyboard_light::kNumLock;
    if (key == Key::scroll_lock) locks_ ^= keyboard_light::kScrollLock;
  }
  return KeyEvent{key, kind, down ? character_of(code, extended) : '\0'};
}

KeyEvent::Kind ScancodeDecoder::note(Key key, bool down) {
  const auto number = static_cast<uint16_t>(key);
  if (!down) {
    if (held_ == number) held_ = 0;
    return KeyEvent::Kind::released;
  }
  if (held_ == number) return KeyEvent::Kind::repeated;
  held_ = number;
  return KeyEvent::Kind::pressed;
}

bool ScancodeDecoder::change_modifier(Key key, bool down) {
  switch (key) {
    case Key::left_control: left_control_ = down; return true;
    case Key::right_control: right_control_ = down; return true;
    case Key::left_shift: left_shift_ = down; return true;
    case Key::right_shift: right_shift_ = down; return true;
    case Key::left_alt: left_alt_ = down; return true;
    case Key::right_alt: right_alt_ = down; return true;
    default: return false;
  }
}

char ScancodeDecoder::character_of(uint8_t code, bool extended) const {
  if (extended) {  // of these, only the keypad's / and Enter make characters
    constexpr uint8_t kSlash = 0x35;
    if (code == kSlash) return '/';
    return code == static_cast<uint16_t>(Key::enter) ? '\n' : '\0';
  }
  if (is_on_keypad(code)) return kKeypad[code - kKeypadFirst];
  if (code >= kPlain.size()) return 0;
  const char plain = kPlain[code];
  if (is_letter(plain) && control()) return static_cast<char>(plain - 'a' + 1);
  const bool caps = locks_ & keyboard_light::kCapsLock;
  const bool upper = is_letter(plain) ? shift() != caps : shift();
  return upper ? kShifted[code] : plain;
}

std::string_view terminal_sequence(Key key) {
  switch (key) {
    case Key::up: return "\x1b[A";
    case Key::down: return "\x1b[B";
    case Key::right: return "\x1b[C";
    case Key::left: return "\x1b[D";
    case Key::home: return "\x1b[H";
    case Key::end: return "\x1b[F";
    case Key::insert: return "\x1b[2~";
    case Key::delete_forward: return "\x1b[3~";
    case Key::page_up: return "\x1b[5~";
    case Key::page_down: return "\x1b[6~";
    default: return {};
  }
}

}  // namespace kernel
