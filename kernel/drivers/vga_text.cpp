// SPDX-License-Identifier: MIT
#include "drivers/vga_text.h"

#include "arch/port.h"
#include "lib/code_page_437.h"

namespace kernel {
namespace {

constexpr Port<uint8_t, Access::write> kCrtIndex{0x3d4};
constexpr Port<uint8_t, Access::read_write> kCrtData{0x3d5};
constexpr uint8_t kCursorLocationHigh = 0x0e;
constexpr uint8_t kCursorLocationLow = 0x0f;

}  // namespace

void VgaText::write(std::string_view text) {
  for (const char byte : text)
    if (const auto character = decoder_.take(static_cast<uint8_t>(byte))) put(*character);
}

void VgaText::put(char32_t character) {
  switch (character) {
    case '\n': new_line(); return;
    case '\r': column_ = 0; return;
    case '\b':
      if (column_ > 0) --column_;
      return;
    case '\t':
      do put(' ');
      while (column_ % 8 != 0);
      return;
    default: break;
  }
  if (column_ == kColumns)
    new_line();  // only now: a line of exactly 80 characters leaves no empty row behind it
  cells_[row_ * kColumns + column_] = cell(code_page_437(character));
  ++column_;
}

void VgaText::new_line() {
  column_ = 0;
  if (row_ + 1 < kRows)
    ++row_;
  else
    scroll();
}

void VgaText::scroll() {
  constexpr unsigned kLastRow = (kRows - 1) * kColumns;
  for (unsigned i = 0; i < kLastRow; ++i) cells_[i] = cells_[i + kColumns];
  fill(kLastRow, kColumns);
}

void VgaText::fill(unsigned first, unsigned count) {
  volatile uint16_t* at = cells_ + first;
  for (const uint16_t blank = cell(' '); count > 0; --count) *at++ = blank;
}

void VgaText::clear() {
  fill(0, kRows * kColumns);
  row_ = 0;
  column_ = 0;
}

void VgaText::set_color(Color foreground, Color background) {
  attribute_ = static_cast<uint8_t>(static_cast<uint8_t>(background) << 4 | static_cast<uint8_t>(foreground));
}

void VgaText::show_cursor() const {
  if (cursor_ == Cursor::none) return;
  const unsigned location = row_ * kColumns + column_;
  kCrtIndex.write(kCursorLocationHigh);
  kCrtData.write(static_cast<uint8_t>(location >> 8));
  kCrtIndex.write(kCursorLocationLow);
  kCrtData.write(static_cast<uint8_t>(location));
}

}  // namespace kernel
