// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's screen on a terminal: only what has changed is sent again.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sim/cli/terminal.h"
#include "sim/devices/vga_text.h"

namespace ringside {

class TerminalScreen {
 public:
  // Less than this shows too little to work with.
  static constexpr TerminalSize kLeast{kTextColumns, 12};

  // The control sequences that bring the terminal from what was drawn before to this. The last line is the
  // status. On a terminal of fewer than 26 rows those around the guest's cursor are shown.
  std::string draw(const ScreenText& screen, std::string_view status, TerminalSize size);

 private:
  TerminalSize size_;
  unsigned first_row_ = 0;
  std::array<std::array<std::optional<TextCell>, kTextColumns>, kTextRows> drawn_;  // by row of the terminal
  std::optional<TextPosition> cursor_;  // on the terminal, where it is shown
  std::string status_;
};

}  // namespace ringside
