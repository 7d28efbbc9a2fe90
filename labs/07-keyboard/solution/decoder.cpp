// SPDX-License-Identifier: MIT
#include "decoder.h"

#include <utility>

namespace lab {
namespace {

constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// True if the key is one of those that change what others mean.
bool change_modifier(Decoder& state, uint8_t code, bool extended, bool down) {
  switch (code) {
    case scan_code::kControl: (extended ? state.right_control : state.left_control) = down; return true;
    case scan_code::kLeftShift:
      if (!extended) state.left_shift = down;
      return true;
    case scan_code::kRightShift:
      if (!extended) state.right_shift = down;
      return true;
    case scan_code::kCapsLock:
      if (down && !extended) state.caps_lock = !state.caps_lock;
      return true;
    default: return false;
  }
}

}  // namespace

char Decoder::decode(uint8_t byte) {
  if (byte == scan_code::kExtended) {
    extended = true;
    return 0;
  }
  const bool was_extended = std::exchange(extended, false);
  const bool down = !(byte & scan_code::kReleased);
  const auto code = static_cast<uint8_t>(byte & ~scan_code::kReleased);
  if (change_modifier(*this, code, was_extended, down) || !down) return 0;
  if (was_extended && code != scan_code::kEnter && code != scan_code::kSlash) return 0;
  if (code >= kPlain.size()) return 0;

  const char plain = kPlain[code];
  const bool shift = left_shift || right_shift;
  if (was_extended) return plain;
  if (is_letter(plain) && (left_control || right_control)) return static_cast<char>(plain - 'a' + 1);
  const bool upper = is_letter(plain) ? shift != caps_lock : shift;
  return upper ? kShifted[code] : plain;
}

}  // namespace lab
