// SPDX-License-Identifier: MIT
//
// VGA text mode 3: 80 columns, 25 rows, at physical address 0xB8000.
//
// Each cell is 16 bits: the character (code page 437) in the low byte, its colours in the high byte.
//
//     15        14 13 12     11 10  9  8     7 ... 0
//     blink     background   foreground      character
//
// (So of the sixteen colours eight can be a background; the other eight make the foreground blink.)
//
// Text comes in as UTF-8, as the sources have it and as a terminal at the serial line expects it.
//
// The hardware cursor is a cell number in two registers of the CRT controller, reached through an index port
// and a data port (IBM PS/2 Hardware Interface Technical Reference, video subsystem).
//
// Cells are `volatile`: the adapter reads them, which the compiler cannot see.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/utf8.h"

namespace kernel {

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

class VgaText {
 public:
  static constexpr unsigned kColumns = 80;
  static constexpr unsigned kRows = 25;
  static constexpr uint64_t kPhysicalAddress = 0xb8000;

  enum class Cursor { hardware, none };

  // Writes into kColumns * kRows cells at `cells`: the adapter's, or ordinary memory for a test.
  constexpr VgaText(volatile uint16_t* cells, Cursor cursor) : cells_(cells), cursor_(cursor) {}

  // \n starts a new line, \b steps back, \t goes to the next multiple of 8; a full last row scrolls.
  void write(std::string_view text);
  void clear();
  void set_color(Color foreground, Color background);

  // Moves the hardware cursor to where the next character will go.
  void show_cursor() const;

  unsigned row() const { return row_; }
  unsigned column() const { return column_; }

 private:
  void put(char32_t character);
  void new_line();
  void scroll();
  void fill(unsigned first, unsigned count);  // cells, with blanks
  uint16_t cell(uint8_t character) const { return static_cast<uint16_t>(attribute_ << 8 | character); }

  volatile uint16_t* cells_;
  Cursor cursor_;
  Utf8Decoder decoder_;
  unsigned row_ = 0;
  unsigned column_ = 0;
  uint8_t attribute_ = static_cast<uint8_t>(Color::light_gray);
};

}  // namespace kernel
