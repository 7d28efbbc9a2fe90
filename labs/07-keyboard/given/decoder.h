// SPDX-License-Identifier: MIT
//
// Scan code set 1 -> characters, US layout. You write decoder.cpp.
//
// A key sends its code when it goes down, and the code with bit 7 set when it comes up. Keys that the first
// PC did not have send 0xE0 in front of both.
#pragma once

#include <cstdint>
#include <string_view>

namespace lab {

struct Decoder {
  // Takes the next byte of the keyboard. Returns the character that it types; 0: none.
  //
  // Step 1. The characters of kPlain. A key that comes up types nothing.
  // Step 2. Shift: kShifted. Caps Lock, which changes each time it goes down: letters as with Shift, and with
  //         Shift as without; other keys do not care. Ctrl and a letter, whatever its case: 1 to 26.
  // Step 3. Behind 0xE0: Ctrl (the right one) and Enter are as without it, the slash of the keypad is '/';
  //         all others type nothing and change nothing. Shift, behind 0xE0, was pressed by nobody.
  char decode(uint8_t byte);

  // What it must remember from byte to byte.
  bool left_shift = false, right_shift = false;
  bool left_control = false, right_control = false;
  bool caps_lock = false;
  bool extended = false;  // the last byte was 0xE0
};

namespace scan_code {
inline constexpr uint8_t kReleased = 1 << 7, kExtended = 0xe0;
inline constexpr uint8_t kEnter = 0x1c, kControl = 0x1d, kLeftShift = 0x2a, kSlash = 0x35, kRightShift = 0x36,
                         kCapsLock = 0x3a;
}  // namespace scan_code

// By code, without and with Shift; \0 where a key makes no character. Codes above the table make none either.
using namespace std::string_view_literals;
inline constexpr std::string_view kPlain =
    "\0\x1b"
    "1234567890-=\b\t"
    "qwertyuiop[]\n\0"
    "asdfghjkl;'`"
    "\0\\zxcvbnm,./\0*\0 "sv;
inline constexpr std::string_view kShifted =
    "\0\x1b"
    "!@#$%^&*()_+\b\t"
    "QWERTYUIOP{}\n\0"
    "ASDFGHJKL:\"~"
    "\0|ZXCVBNM<>?\0*\0 "sv;
static_assert(kPlain.size() == 0x3a && kShifted.size() == 0x3a && kPlain[0x1e] == 'a' && kPlain[0x39] == ' ');

}  // namespace lab
