// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/key.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ringside {
namespace {

// In the order of enum Key.
// clang-format off
constexpr std::array<std::string_view, kKeyCount + 1> kNames = {
    "",
    "Escape", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "PrintScreen",
    "ScrollLock", "Pause",
    "`", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=", "Backspace",
    "Tab", "Q", "W", "E", "R", "T", "Y", "U", "I", "O", "P", "[", "]", "\\",
    "CapsLock", "A", "S", "D", "F", "G", "H", "J", "K", "L", ";", "'", "Enter",
    "LeftShift", "Z", "X", "C", "V", "B", "N", "M", ",", ".", "/", "RightShift",
    "LeftCtrl", "LeftWin", "LeftAlt", "Space", "RightAlt", "RightWin", "Menu", "RightCtrl",
    "Insert", "Home", "PageUp", "Delete", "End", "PageDown", "Up", "Left", "Down", "Right",
    "NumLock", "KeypadDivide", "KeypadMultiply", "KeypadSubtract", "Keypad7", "Keypad8", "Keypad9",
    "KeypadAdd", "Keypad4", "Keypad5", "Keypad6", "Keypad1", "Keypad2", "Keypad3", "KeypadEnter", "Keypad0",
    "KeypadDecimal",
};
// clang-format on

constexpr std::pair<std::string_view, Key> kShortForms[] = {
    {"Esc", Key::escape},      {"Return", Key::enter},      {"Shift", Key::left_shift},
    {"Ctrl", Key::left_ctrl},  {"Control", Key::left_ctrl}, {"Alt", Key::left_alt},
    {"AltGr", Key::right_alt}, {"Win", Key::left_win},      {"PgUp", Key::page_up},
    {"PgDn", Key::page_down},  {"Ins", Key::insert},        {"Del", Key::del},
    {"Bksp", Key::backspace},  {"Caps", Key::caps_lock},    {"PrtSc", Key::print_screen},
};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

}  // namespace

std::string_view key_name(Key key) {
  const auto index = static_cast<std::size_t>(key);
  return index < kNames.size() ? kNames[index] : std::string_view{};
}

std::optional<Key> key_from_name(std::string_view name) {
  for (std::size_t index = 1; index < kNames.size(); ++index)
    if (same_word(name, kNames[index])) return static_cast<Key>(index);
  for (const auto& [word, key] : kShortForms)
    if (same_word(name, word)) return key;
  return std::nullopt;
}

}  // namespace ringside
