// SPDX-License-Identifier: GPL-2.0-or-later
// Where everything is: tiles that fill the window, and the splitters between them. The guest's screen, the
// code and the time line never move; the right column (in a narrow window: the lower right) shows the
// workspace's panels.
#pragma once

#include <imgui.h>

#include <vector>

#include "gui/app/settings.h"
#include "gui/look/look.h"

namespace ringside {

struct Splitter {
  Rect grip;
  bool vertical = true;  // the line stands; it moves left and right
  float Splits::*share = nullptr;
  float start = 0, extent = 1;  // share = (mouse - start) / extent
};

struct Tiles {
  Rect toolbar, screen, happened, events, code, registers, topic, time_line;
  bool wide = false;  // registers have a tile of their own; else they are a tab of the topic
  std::vector<Splitter> splitters;
};

inline constexpr float kToolbarHeight = 48, kTimeLineHeight = 72, kTileHeader = 28, kPanelPadding = 8,
                       kGap = 4;

Tiles arrange(ImVec2 window, const Look& look, const Splits& splits);

// The largest whole multiple of the guest's screen that fits a panel of this size, at least 1.
int cell_scale_for(ImVec2 room);
// The multiple that the design gives the guest's screen in a window of this size.
int default_cell_scale(ImVec2 window, float scale);

}  // namespace ringside
