// SPDX-License-Identifier: MIT
#include "drivers/keyboard.h"

#include <string_view>

namespace kernel {
namespace {

constexpr uint8_t kReleased = 0x80;
constexpr uint8_t kExtendedPrefix = 0xe0;
constexpr uint8_t kPausePrefix = 0xe1;  // Pause sends E1 1D 45 E1 9D C5 and nothing on release

constexpr uint8_t kLeftControl = 0x1d;
constexpr uint8_t kLeftShift = 0x2a;
constexpr uint8_t kRightShift = 0x36;
constexpr uint8_t kAlt = 0x38;
constexpr uint8_t kCapsLock = 0x3a;

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

// Num lock is taken as on: 0x47 to 0x53.
constexpr std::string_view kKeypad = "789-456+1230.";
constexpr uint8_t kKeypadFirst = 0x47;

constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::optional<char> ScancodeDecoder::decode(uint8_t scancode) {
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
  const bool extended = extended_;
  extended_ = false;
  const bool down = (scancode & kReleased) == 0;
  const uint8_t key = scancode & 0x7f;

  switch (key) {
    case kLeftControl: (extended ? right_control_ : left_control_) = down; return std::nullopt;
    case kAlt: alt_ = down; return std::nullopt;
    case kLeftShift:  // with 0xE0 in front it is a shift that the keyboard makes up around Print Screen and
                      // arrows
      if (!extended) left_shift_ = down;
      return std::nullopt;
    case kRightShift:
      if (!extended) right_shift_ = down;
      return std::nullopt;
    case kCapsLock:
      if (down) caps_lock_ = !caps_lock_;
      return std::nullopt;
    default: break;
  }
  if (!down) return std::nullopt;
  if (extended) {  // of these, only the keypad's / and Enter make characters
    if (key == 0x35) return '/';
    if (key == 0x1c) return '\n';
    return std::nullopt;
  }
  if (key >= kKeypadFirst && key < kKeypadFirst + kKeypad.size()) return kKeypad[key - kKeypadFirst];
  if (key >= kPlain.size() || kPlain[key] == 0) return std::nullopt;

  const char plain = kPlain[key];
  if (is_letter(plain) && control()) return static_cast<char>(plain - 'a' + 1);
  const bool upper = is_letter(plain) ? shift() != caps_lock_ : shift();
  return upper ? kShifted[key] : plain;
}

}  // namespace kernel
