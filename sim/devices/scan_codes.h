// SPDX-License-Identifier: GPL-2.0-or-later
// The byte sequences of each key in scan code sets 1 and 2.
// Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboard (101- and 102-Key)", scan code tables.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sim/devices/key.h"

namespace ringside {

// At most 8 bytes: Pause in set 2 is the longest.
struct ScanCodes {
  std::array<std::uint8_t, 8> bytes{};
  std::uint8_t count = 0;
  std::span<const std::uint8_t> span() const { return {bytes.data(), count}; }
};

// What else is down when the key moves; only Print Screen and Pause care.
struct HeldModifiers {
  bool shift = false, ctrl = false, alt = false;
};

// `set` is 1 or 2. A break code is 0x80 + make code in set 1, and 0xF0 before the make code in set 2. Pause
// has no break code: both sequences come at once when it is pressed.
ScanCodes make_codes(Key key, unsigned set, HeldModifiers held);
ScanCodes break_codes(Key key, unsigned set, HeldModifiers held);

}  // namespace ringside
