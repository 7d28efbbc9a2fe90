// SPDX-License-Identifier: GPL-2.0-or-later
// Everything a panel needs to draw: colours, fonts, and the scale that turns the design's sizes into pixels.
#pragma once

#include "gui/look/fonts.h"
#include "gui/look/theme.h"

namespace ringside {

struct Rect {
  ImVec2 from, to;
  float width() const { return to.x - from.x; }
  float height() const { return to.y - from.y; }
};

struct Look {
  Theme theme = dark_theme();
  Fonts fonts;
  float scale = 1;  // 1 to 3

  // A size of the design (a multiple of 4) in whole pixels.
  float px(float at_100_percent) const {
    return static_cast<float>(static_cast<int>(at_100_percent * scale + 0.5f));
  }
};

}  // namespace ringside
