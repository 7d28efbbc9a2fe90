// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of a 104-key US keyboard as keys, not as codes: what a finger presses. Ps2Keyboard turns them into
// scan codes, key_text turns words into them. A key is named after what is printed on a US key cap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside {

// clang-format off
enum class Key : std::uint8_t {
  none,
  escape, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, print_screen, scroll_lock, pause,
  grave, digit1, digit2, digit3, digit4, digit5, digit6, digit7, digit8, digit9, digit0, minus, equals, backspace,
  tab, q, w, e, r, t, y, u, i, o, p, left_bracket, right_bracket, backslash,
  caps_lock, a, s, d, f, g, h, j, k, l, semicolon, apostrophe, enter,
  left_shift, z, x, c, v, b, n, m, comma, period, slash, right_shift,
  left_ctrl, left_win, left_alt, space, right_alt, right_win, menu, right_ctrl,
  insert, home, page_up, del, end, page_down, up, left, down, right,
  num_lock, keypad_divide, keypad_multiply, keypad_subtract, keypad7, keypad8, keypad9, keypad_add,
  keypad4, keypad5, keypad6, keypad1, keypad2, keypad3, keypad_enter, keypad0, keypad_decimal,
};
// clang-format on

inline constexpr std::size_t kKeyCount = 104;  // Key::none is not a key

// The name for people, one word: "Enter", "LeftShift", "KeypadAdd", "A", ";". Empty for Key::none.
std::string_view key_name(Key key);

// The key of a name, upper and lower case alike; knows the usual short forms too ("Esc", "Ctrl", "PgUp",
// "Del").
std::optional<Key> key_from_name(std::string_view name);

}  // namespace ringside
