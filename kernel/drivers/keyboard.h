// SPDX-License-Identifier: MIT
//
// Scan code set 1 -> characters, US layout.
//
// A key sends its code when it goes down (make) and the code with bit 7 set when it comes up (break). Keys
// that the first PC did not have send 0xE0 in front. Modifiers are keys like all others; what they modify is
// our business.
#pragma once

#include <cstdint>
#include <optional>

namespace kernel {

class ScancodeDecoder {
 public:
  // Takes the next byte of the keyboard. Gives a character when it completes one: printable ones, \n, \b, \t,
  // 0x1B for Escape, and 1 to 26 for Ctrl with a letter.
  std::optional<char> decode(uint8_t scancode);

  bool shift() const { return left_shift_ || right_shift_; }
  bool control() const { return left_control_ || right_control_; }
  bool alt() const { return alt_; }
  bool caps_lock() const { return caps_lock_; }

 private:
  bool left_shift_ = false;
  bool right_shift_ = false;
  bool left_control_ = false;
  bool right_control_ = false;
  bool alt_ = false;
  bool caps_lock_ = false;
  bool extended_ = false;  // the byte before was 0xE0
  unsigned skip_ = 0;      // bytes of the Pause key still to come
};

}  // namespace kernel
