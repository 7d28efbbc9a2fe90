// SPDX-License-Identifier: GPL-2.0-or-later
// What the time line says: of a mark, of a branch, and in the line above the strip.
#pragma once

#include <cstddef>
#include <string>

#include "gui/panels/panel.h"

namespace ringside {

// Exceptions that a program asks for or expects: #DB, #BP, #OF.
constexpr bool is_trap(std::uint8_t vector) { return vector == 1 || vector == 3 || vector == 4; }

// Kind, count, time and place, line by line; `more`: how many others the mouse means as well.
std::string words(const MachineView& view, const TimelineMark& mark, std::size_t more);
std::string words(const BranchInfo& branch);

// Its title and its help; it is no tile and draws nothing by this.
extern const Panel time_line_help;

// The line above the strip: how far the machine has come, or what it is at; branches, memory, the way back to
// the end.
void draw_time_status(PanelState& state, const MachineView& view, const Rect& at, Commands& commands);
// The menu "branch", if it is open: about one of them.
void draw_branch_menu(PanelState& state, const MachineView& view, unsigned branch, Commands& commands);

}  // namespace ringside
