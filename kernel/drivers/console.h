// SPDX-License-Identifier: MIT
//
// What the kernel says goes to two places: the screen, and the first serial line as a log.
#pragma once

#include "drivers/uart16550.h"
#include "drivers/vga_text.h"
#include "lib/format.h"

namespace kernel {

class Console final : public Sink {
 public:
  constexpr Console(VgaText screen, Uart16550 serial) : screen_(screen), serial_(serial) {}

  // Prepares the serial line and clears the screen. REQUIRES: the direct map is there (it is, from boot.S
  // on).
  void initialize();
  void write(std::string_view text) override;

  // After a piece of text: lets the cursor catch up. Once a call of print, not once a character.
  void flush() { screen_.show_cursor(); }

  void clear_screen();
  void set_color(Color foreground, Color background = Color::black) {
    screen_.set_color(foreground, background);
  }
  const Uart16550& serial() const { return serial_; }

 private:
  VgaText screen_;
  Uart16550 serial_;
};

extern Console console;

}  // namespace kernel
