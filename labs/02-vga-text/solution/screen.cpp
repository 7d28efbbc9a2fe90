// SPDX-License-Identifier: MIT
#include "screen.h"

namespace lab {

void Screen::set_color(Color foreground, Color background) {
  attribute_ = static_cast<uint8_t>(static_cast<uint8_t>(background) << 4 | static_cast<uint8_t>(foreground));
}

void Screen::put(char character) {
  if (character == '\n' || column_ == kColumns) {
    column_ = 0;
    if (row_ + 1 < kRows)
      ++row_;
    else
      scroll();
  }
  if (character == '\n') return;
  cell(row_, column_) = static_cast<uint16_t>(attribute_ << 8 | static_cast<uint8_t>(character));
  ++column_;
}

void Screen::write(std::string_view text) {
  for (const char character : text) put(character);
}

void Screen::scroll() {
  for (unsigned row = 1; row < kRows; ++row)
    for (unsigned column = 0; column < kColumns; ++column) cell(row - 1, column) = cell(row, column);
  for (unsigned column = 0; column < kColumns; ++column)
    cell(kRows - 1, column) = static_cast<uint16_t>(attribute_ << 8 | ' ');
}

namespace {

void write_number(Screen& screen, uint64_t number, unsigned base) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  while (count > 0) screen.put(digits[--count]);
}

}  // namespace

void Screen::print_arguments(std::string_view format, std::span<const Argument> arguments) {
  std::size_t next = 0;
  while (!format.empty()) {
    const bool hexadecimal = format.starts_with("{:x}");
    if ((!hexadecimal && !format.starts_with("{}")) || next == arguments.size()) {
      put(format.front());
      format.remove_prefix(1);
      continue;
    }
    const Argument& argument = arguments[next++];
    if (argument.kind == Argument::Kind::text)
      write(argument.text);
    else if (hexadecimal)
      write("0x"), write_number(*this, argument.number, 16);
    else
      write_number(*this, argument.number, 10);
    format.remove_prefix(hexadecimal ? 4 : 2);
  }
}

}  // namespace lab
