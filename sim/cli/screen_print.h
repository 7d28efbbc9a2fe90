// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's screen as a terminal's text.
#pragma once

#include <string>

#include "sim/machine/machine.h"

namespace ringside {

ScreenText guest_screen(const Machine& machine);

// ANSI: the colours of one cell, from the sixteen of a terminal ("\x1b[0;97;44m").
std::string cell_colours(const TextCell& cell);

// 25 lines; in colour each ends with the colours reset.
std::string print_screen(const ScreenText& screen, bool colour);

// Standard output is a terminal and NO_COLOR is not set.
bool want_colour();

}  // namespace ringside
