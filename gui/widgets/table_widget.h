// SPDX-License-Identifier: GPL-2.0-or-later
// Any Table of sim/inspect as rows on the screen: numbers right and in the mono font, links alive, changed
// cells marked.
#pragma once

#include <functional>

#include "gui/panels/panel.h"

namespace ringside {

struct TableOptions {
  bool note = true;          // the line above the rows
  std::string_view filter;   // rows that hold this text in any cell, upper and lower case alike
  bool newest_last = false;  // stays scrolled to the end while the user has not scrolled up
  bool mark_changes = true;
  std::size_t lit_row = ~std::size_t{0};
};

void draw_table(PanelState& state, const MachineView& view, const Table& table, const TableOptions& options,
                Commands& commands);

}  // namespace ringside
