// SPDX-License-Identifier: MIT
#include "freestanding.h"

namespace lab {
namespace {

size_t write(size_t cell, std::string_view text) {
  for (const char character : text) {
    if (cell == kCells) break;
    screen()[cell++] = static_cast<uint16_t>(kWhiteOnRed << 8 | static_cast<uint8_t>(character));
  }
  return cell;
}

}  // namespace

void panic(std::string_view message) {
  cli();
  write(write(0, "PANIC: "), message);
  for (;;) hlt();
}

}  // namespace lab
