// SPDX-License-Identifier: GPL-2.0-or-later
// Where everything is: tiles that fill the window, and the splitters between them. The guest's screen, the
// code and the time line never move; the right column (in a narrow window: the lower right) shows the
// workspace's panels. Where letters are large for the window, neighbours share a tile as tabs: fewer tiles
// that can be read instead of more that cannot.
//
// A lab that is open has a tile of its own below the screen, and what just happened shares one with the
// events; where it could not be read there, it stands above the code instead, or takes the code's tile while
// the code joins the topic.
#pragma once

#include <imgui.h>

#include <algorithm>
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

// What a tile shows; the topic is the workspace's panels. Registers are part of the topic where they have no
// tile of their own.
enum class Part : unsigned char { screen, lab, happened, events, code, registers, topic };

struct Tile {
  Rect at;
  std::vector<Part> parts;  // more than one: as tabs
  bool has(Part part) const { return std::ranges::find(parts, part) != parts.end(); }
};

struct Tiles {
  Rect toolbar, time_line;
  std::vector<Tile> tiles;
  std::vector<Splitter> splitters;
  // The tile that shows `part`; null only for registers, and for a lab that is not open.
  const Tile* of(Part part) const {
    const auto found = std::ranges::find_if(tiles, [part](const Tile& tile) { return tile.has(part); });
    return found == tiles.end() ? nullptr : &*found;
  }
};

inline constexpr float kToolbarHeight = 48, kTileHeader = 28, kPanelPadding = 8, kGap = 4;
inline constexpr float kTimeLineHeight = 72, kLowTimeLineHeight = 40;  // three lanes; one

// `small`: a tab beside the events.
enum class LabRoom : unsigned char { none, small, large };

Tiles arrange(ImVec2 window, const Look& look, const Splits& splits, LabRoom lab = LabRoom::none);

// The largest whole multiple of the guest's screen that fits a panel of this size, at least 1.
int cell_scale_for(ImVec2 room);
// The multiple that the design gives the guest's screen in a window of this size.
int default_cell_scale(ImVec2 window, float scale);

}  // namespace ringside
