// SPDX-License-Identifier: GPL-2.0-or-later
// Any Table of sim/inspect as rows on the screen: numbers right and in the mono font, links alive, changed
// cells marked.
#pragma once

#include <string_view>
#include <vector>

#include "gui/panels/panel.h"

namespace ringside {

struct TableOptions {
  bool note = true;  // the line above the rows
  std::vector<std::string_view> columns =
      {};                    // by heading, in this order; unknown ones are left out; none = all
  std::string_view filter;   // rows that hold this text in any cell, upper and lower case alike
  bool newest_last = false;  // stays scrolled to the end while the user has not scrolled up
  bool mark_changes = true;
  bool fit = false;  // no scrolling sideways: the last column takes the room that is left and is cut short
};

void draw_table(PanelState& state, const MachineView& view, const Table& table, const TableOptions& options,
                Commands& commands);

}  // namespace ringside
