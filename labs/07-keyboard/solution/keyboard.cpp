// SPDX-License-Identifier: MIT
#include "keyboard.h"

#include "arch/instructions.h"
#include "arch/port.h"

namespace lab {

constinit Decoder decoder;
constinit Queue typed;
constinit uint64_t lost = 0;

void handle_keyboard() {
  const char character = decoder.decode(kernel::in8(0x60));
  if (character != 0 && !typed.push(character)) ++lost;
}

char read_character() {
  for (;;) {
    kernel::cli();
    if (const int character = typed.pop(); character >= 0) {
      kernel::sti();
      return static_cast<char>(character);
    }
    kernel::sti_hlt();
  }
}

}  // namespace lab
