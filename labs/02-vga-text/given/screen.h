// SPDX-License-Identifier: MIT
//
// The text screen that you write: 80 columns, 25 rows, two bytes a cell, at physical address 0xB8000.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lab {

enum class Color : uint8_t {
  black,
  blue,
  green,
  cyan,
  red,
  magenta,
  brown,
  light_gray,
  dark_gray,
  light_blue,
  light_green,
  light_cyan,
  light_red,
  pink,
  yellow,
  white,
};

// What print() is given for one {}.
struct Argument {
  enum class Kind : uint8_t { text, number } kind;
  std::string_view text;
  uint64_t number;
};
constexpr Argument argument(std::string_view text) { return {Argument::Kind::text, text, 0}; }
constexpr Argument argument(uint64_t number) { return {Argument::Kind::number, {}, number}; }

class Screen {
 public:
  static constexpr unsigned kColumns = 80;
  static constexpr unsigned kRows = 25;

  constexpr explicit Screen(uint64_t address) : address_(address) {}

  // Step 1. Background 0 to 7: the eighth bit of the colour byte makes the character blink.
  void set_color(Color foreground, Color background);
  // Steps 1 and 2. '\n' goes to the start of the next row; a character behind column 79 goes there too.
  void put(char character);
  void write(std::string_view text);
  // Step 3. Rows 1 to 24 move up by one; row 24 is blank, in the present colours.
  void scroll();
  // Step 4. Each "{}" in `format` stands for the next argument, "{:x}" for a number in hexadecimal with 0x in
  // front.
  void print_arguments(std::string_view format, std::span<const Argument> arguments);

  template <class... Args>
  void print(std::string_view format, const Args&... args) {
    const Argument arguments[]{argument(args)..., argument("")};
    print_arguments(format, std::span(arguments, sizeof...(args)));
  }

 private:
  // The adapter reads the cells, which the compiler cannot see: volatile keeps it from leaving writes out.
  volatile uint16_t& cell(unsigned row, unsigned column) const {
    return reinterpret_cast<volatile uint16_t*>(address_)[row * kColumns + column];
  }

  uint64_t address_;  // of the first cell
  unsigned row_ = 0;
  unsigned column_ = 0;
  uint8_t attribute_ = 0x07;  // light gray on black
};

extern Screen screen;

// For the check, which calls it: print() with a text and two numbers.
struct PrintSlots {
  std::string_view format, text;
  uint64_t first, second;
};
void print_slots(Screen& where, const PrintSlots& slots);

}  // namespace lab
