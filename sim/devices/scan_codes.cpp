// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/scan_codes.h"

namespace ringside {
namespace {

struct KeyCode {
  std::uint8_t set1 = 0;
  std::uint8_t set2 = 0;
  bool extended = false;  // an 0xE0 goes before it in either set
};

// In the order of enum Key. Print Screen and Pause are sequences of their own (zero here).
// clang-format off
constexpr std::array<KeyCode, kKeyCount + 1> kCodes = {{
    {},
    // Escape, F1 to F12, Print Screen, Scroll Lock, Pause
    {0x01, 0x76}, {0x3B, 0x05}, {0x3C, 0x06}, {0x3D, 0x04}, {0x3E, 0x0C}, {0x3F, 0x03}, {0x40, 0x0B}, {0x41, 0x83},
    {0x42, 0x0A}, {0x43, 0x01}, {0x44, 0x09}, {0x57, 0x78}, {0x58, 0x07}, {}, {0x46, 0x7E}, {},
    // ` 1 to 0 - = Backspace
    {0x29, 0x0E}, {0x02, 0x16}, {0x03, 0x1E}, {0x04, 0x26}, {0x05, 0x25}, {0x06, 0x2E}, {0x07, 0x36},
    {0x08, 0x3D}, {0x09, 0x3E}, {0x0A, 0x46}, {0x0B, 0x45}, {0x0C, 0x4E}, {0x0D, 0x55}, {0x0E, 0x66},
    // Tab Q W E R T Y U I O P [ ] backslash
    {0x0F, 0x0D}, {0x10, 0x15}, {0x11, 0x1D}, {0x12, 0x24}, {0x13, 0x2D}, {0x14, 0x2C}, {0x15, 0x35},
    {0x16, 0x3C}, {0x17, 0x43}, {0x18, 0x44}, {0x19, 0x4D}, {0x1A, 0x54}, {0x1B, 0x5B}, {0x2B, 0x5D},
    // Caps Lock A S D F G H J K L ; ' Enter
    {0x3A, 0x58}, {0x1E, 0x1C}, {0x1F, 0x1B}, {0x20, 0x23}, {0x21, 0x2B}, {0x22, 0x34}, {0x23, 0x33},
    {0x24, 0x3B}, {0x25, 0x42}, {0x26, 0x4B}, {0x27, 0x4C}, {0x28, 0x52}, {0x1C, 0x5A},
    // left Shift Z X C V B N M , . / right Shift
    {0x2A, 0x12}, {0x2C, 0x1A}, {0x2D, 0x22}, {0x2E, 0x21}, {0x2F, 0x2A}, {0x30, 0x32}, {0x31, 0x31},
    {0x32, 0x3A}, {0x33, 0x41}, {0x34, 0x49}, {0x35, 0x4A}, {0x36, 0x59},
    // left Ctrl, left Win, left Alt, Space, right Alt, right Win, Menu, right Ctrl
    {0x1D, 0x14}, {0x5B, 0x1F, true}, {0x38, 0x11}, {0x39, 0x29}, {0x38, 0x11, true}, {0x5C, 0x27, true},
    {0x5D, 0x2F, true}, {0x1D, 0x14, true},
    // Insert, Home, Page Up, Delete, End, Page Down, up, left, down, right
    {0x52, 0x70, true}, {0x47, 0x6C, true}, {0x49, 0x7D, true}, {0x53, 0x71, true}, {0x4F, 0x69, true},
    {0x51, 0x7A, true}, {0x48, 0x75, true}, {0x4B, 0x6B, true}, {0x50, 0x72, true}, {0x4D, 0x74, true},
    // Num Lock, keypad / * - 7 8 9 + 4 5 6 1 2 3 Enter 0 .
    {0x45, 0x77}, {0x35, 0x4A, true}, {0x37, 0x7C}, {0x4A, 0x7B}, {0x47, 0x6C}, {0x48, 0x75}, {0x49, 0x7D},
    {0x4E, 0x79}, {0x4B, 0x6B}, {0x4C, 0x73}, {0x4D, 0x74}, {0x4F, 0x69}, {0x50, 0x72}, {0x51, 0x7A},
    {0x1C, 0x5A, true}, {0x52, 0x70}, {0x53, 0x71},
}};
// clang-format on

void put(ScanCodes& codes, std::uint8_t byte) { codes.bytes[codes.count++] = byte; }

void put_make(ScanCodes& codes, KeyCode code, unsigned set) {
  if (code.extended) put(codes, 0xE0);
  put(codes, set == 1 ? code.set1 : code.set2);
}

void put_break(ScanCodes& codes, KeyCode code, unsigned set) {
  if (code.extended) put(codes, 0xE0);
  if (set == 1) return put(codes, code.set1 | 0x80);
  put(codes, 0xF0);
  put(codes, code.set2);
}

// Print Screen without a modifier wraps itself into a left Shift of the extended kind; with Alt it is the old
// System Request key with a code of its own.
constexpr KeyCode kExtendedShift{0x2A, 0x12, true};
constexpr KeyCode kPrintScreen{0x37, 0x7C, true};
constexpr KeyCode kSystemRequest{0x54, 0x84};

// Pause is "Ctrl + Num Lock" behind a prefix of its own; with Ctrl held it is Break, "extended Scroll Lock".
constexpr KeyCode kBreak{0x46, 0x7E, true};
constexpr std::array<std::uint8_t, 6> kPauseSet1 = {0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5};
constexpr std::array<std::uint8_t, 8> kPauseSet2 = {0xE1, 0x14, 0x77, 0xE1, 0xF0, 0x14, 0xF0, 0x77};

}  // namespace

ScanCodes make_codes(Key key, unsigned set, HeldModifiers held) {
  ScanCodes codes;
  if (key == Key::none || static_cast<std::size_t>(key) > kKeyCount) return codes;
  if (key == Key::print_screen) {
    if (held.alt) {
      put_make(codes, kSystemRequest, set);
    } else {
      if (!held.ctrl && !held.shift) put_make(codes, kExtendedShift, set);
      put_make(codes, kPrintScreen, set);
    }
  } else if (key == Key::pause) {
    if (held.ctrl) {
      put_make(codes, kBreak, set);
      put_break(codes, kBreak, set);
    } else if (set == 1) {
      for (const std::uint8_t byte : kPauseSet1) put(codes, byte);
    } else {
      for (const std::uint8_t byte : kPauseSet2) put(codes, byte);
    }
  } else {
    put_make(codes, kCodes[static_cast<std::size_t>(key)], set);
  }
  return codes;
}

ScanCodes break_codes(Key key, unsigned set, HeldModifiers held) {
  ScanCodes codes;
  if (key == Key::none || key == Key::pause || static_cast<std::size_t>(key) > kKeyCount) return codes;
  if (key == Key::print_screen) {
    if (held.alt) {
      put_break(codes, kSystemRequest, set);
    } else {
      put_break(codes, kPrintScreen, set);
      if (!held.ctrl && !held.shift) put_break(codes, kExtendedShift, set);
    }
  } else {
    put_break(codes, kCodes[static_cast<std::size_t>(key)], set);
  }
  return codes;
}

}  // namespace ringside
