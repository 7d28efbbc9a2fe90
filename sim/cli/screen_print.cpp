// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/screen_print.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "sim/devices/cp437.h"

namespace ringside {
namespace {

constexpr std::uint64_t kTextPlaneStart = 0xB8000;
// The VGA counts blue, green, red; ECMA-48 red, green, blue.
constexpr std::array kAnsi{0, 4, 2, 6, 1, 5, 3, 7};

unsigned ansi(unsigned colour, unsigned dark, unsigned bright) {
  return (colour & 8 ? bright : dark) + static_cast<unsigned>(kAnsi[colour & 7]);
}

}  // namespace

ScreenText guest_screen(const Machine& machine) {
  std::array<std::byte, kTextPlaneBytes> plane{};
  for (std::size_t i = 0; i < plane.size(); ++i)
    plane[i] = static_cast<std::byte>(machine.memory().read({kTextPlaneStart + i}, 1));
  return screen(machine.board().vga, plane);
}

std::string cell_colours(const TextCell& cell) {
  return fmt::format("\x1b[0;{};{}{}m", ansi(cell.foreground, 30, 90), ansi(cell.background, 40, 100),
                     cell.blink ? ";5" : "");
}

std::string print_screen(const ScreenText& screen, bool colour) {
  if (!colour) return screen_as_text(screen);
  std::string text;
  for (const auto& row : screen.rows) {
    const TextCell* before = nullptr;
    for (const TextCell& cell : row) {
      if (!before || before->foreground != cell.foreground || before->background != cell.background ||
          before->blink != cell.blink)
        text += cell_colours(cell);
      if (screen.display_on)
        append_cp437(text, cell.character);
      else
        text += ' ';
      before = &cell;
    }
    text += "\x1b[0m\n";
  }
  return text;
}

bool want_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
}

}  // namespace ringside
