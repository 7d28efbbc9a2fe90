// SPDX-License-Identifier: GPL-2.0-or-later
// What to type, written as text, turned into the presses and releases of a US keyboard:
//
//   "ls -l<Enter>"        characters as they are; Shift is pressed around those that need it
//   "<F1>" "<PageUp>"     a key by its name (see key_name), upper and lower case alike
//   "<Ctrl+C>" "<Ctrl+Alt+Del>"   the keys before the last are held while the last is struck
//   "<Shift down>" "<Shift up>"   press without release, and the release
//   "<<" or "<Less>"      a literal '<'; '>' stands for itself ("<Greater>" works too)
//
// A line feed is Enter, a tab Tab, 0x08 Backspace. A character that a US keyboard lacks is an error.
#pragma once

#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/devices/key.h"

namespace ringside {

struct KeyStroke {
  Key key = Key::none;
  bool pressed = false;  // false: released
  bool operator==(const KeyStroke&) const = default;
};

Result<std::vector<KeyStroke>> key_strokes(std::string_view text);

}  // namespace ringside
