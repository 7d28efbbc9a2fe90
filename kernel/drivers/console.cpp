// SPDX-License-Identifier: MIT
#include "drivers/console.h"

#include "memory/layout.h"

namespace kernel {

constinit Console console{VgaText(nullptr, VgaText::Cursor::none), Uart16550(Uart16550::kCom1)};

void Console::initialize() {
  screen_ = VgaText(direct<volatile uint16_t>(PhysicalAddress(VgaText::kPhysicalAddress)),
                    VgaText::Cursor::hardware);
  serial_.initialize();
  clear_screen();
}

void Console::write(std::string_view text) {
  screen_.write(text);
  serial_.write(text);
}

void Console::clear_screen() {
  screen_.clear();
  screen_.show_cursor();
}

}  // namespace kernel
