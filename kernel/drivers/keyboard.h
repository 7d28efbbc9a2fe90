// SPDX-License-Identifier: MIT
//
// Scan code set 1 -> keys and characters, US layout.
//
// A key sends its code when it goes down (make) and the code with bit 7 set when it comes up (break). Held
// down, it sends its make code again and again (typematic). Keys that the first PC did not have send 0xE0 in
// front. Modifiers and locks are keys like all others; what they change is our business, and so are the
// lights: see keyboard_lights.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kernel {

// A key by its make code; 0xE0xx for one with the prefix. Only those with a meaning of their own have names.
enum class Key : uint16_t {
  enter = 0x1c,
  left_control = 0x1d,
  left_shift = 0x2a,
  right_shift = 0x36,
  left_alt = 0x38,
  caps_lock = 0x3a,
  f1 = 0x3b,
  num_lock = 0x45,
  scroll_lock = 0x46,
  right_control = 0xe01d,
  made_up_left_shift = 0xe02a,  // by the keyboard itself, around Print Screen and cursor keys
  made_up_right_shift = 0xe036,
  right_alt = 0xe038,
  home = 0xe047,
  up = 0xe048,
  page_up = 0xe049,
  left = 0xe04b,
  right = 0xe04d,
  end = 0xe04f,
  down = 0xe050,
  page_down = 0xe051,
  insert = 0xe052,
  delete_forward = 0xe053,
};

struct KeyEvent {
  enum class Kind : uint8_t { pressed, repeated, released };
  Key key;
  Kind kind;
  // What it types: printable ones, \n, \b, \t, 0x1B for Escape, and 1 to 26 for Ctrl with a letter. 0:
  // nothing.
  char character = 0;

  bool down() const { return kind != Kind::released; }
};

// The lights of a keyboard, numbered as in the command that sets them.
namespace keyboard_light {
constexpr uint8_t kScrollLock = 1 << 0;
constexpr uint8_t kNumLock = 1 << 1;
constexpr uint8_t kCapsLock = 1 << 2;
}  // namespace keyboard_light

class ScancodeDecoder {
 public:
  // Takes the next byte of the keyboard. Gives an event when it completes one.
  std::optional<KeyEvent> decode(uint8_t scancode);

  bool shift() const { return left_shift_ || right_shift_; }
  bool control() const { return left_control_ || right_control_; }
  bool alt() const { return left_alt_ || right_alt_; }
  uint8_t locks() const { return locks_; }  // of keyboard_light

 private:
  KeyEvent::Kind note(Key key, bool down);
  bool change_modifier(Key key, bool down);
  char character_of(uint8_t code, bool extended) const;

  bool left_shift_ = false;
  bool right_shift_ = false;
  bool left_control_ = false;
  bool right_control_ = false;
  bool left_alt_ = false;
  bool right_alt_ = false;
  bool extended_ = false;  // the byte before was 0xE0
  unsigned skip_ = 0;      // bytes of the Pause key still to come
  uint16_t held_ = 0;      // the key that went down last and did not come up: the one that repeats
  uint8_t locks_ = keyboard_light::kNumLock;
};

// What a terminal sends for a key without a character: "\x1b[A" for up. Empty for one that sends nothing. So
// that a program sees the same from the keyboard and from the serial line.
std::string_view terminal_sequence(Key key);

}  // namespace kernel
