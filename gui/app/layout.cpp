// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/layout.h"

#include <algorithm>

namespace ringside {
namespace {

constexpr float kScreenWidth = 80 * kCellWidth, kScreenHeight = 25 * kCellHeight;
// What can be read, in logical pixels.
constexpr float kWideFrom = 920;        // right of the screen: the code beside registers and topic
constexpr float kTwoColumnsFrom = 280;  // right of the screen: anything at all
constexpr float kTwoRowsFrom = 320;     // high: one tile above another
constexpr float kLeastTile = 92;        // high: a tile with its header and three lines
constexpr float kLeastApart = 108;      // high: each of two tiles that could share one
constexpr float kHighFrom = 480;        // high: the window with all lanes of the time line

float whole(float v) { return static_cast<float>(static_cast<int>(v + 0.5f)); }

// Divides [from, to) at `share` (or at `design` where the user has not moved it), a gap wide, each side at
// least `least`.
struct Cut {
  float end, next;  // of the first part; of the second part
};
Cut cut(float from, float to, float share, float design, float gap, float least) {
  const float room = to - from - gap;
  const float wanted = share > 0 ? share * (to - from) : design;
  const float low = std::min(least, room / 2), high = room - std::min(least, room / 2);
  const float end = from + whole(std::clamp(wanted, low, high));
  return {end, end + gap};
}

// Left: the screen, below it what just happened and the events, in as many tiles as can be read.
void arrange_left(Tiles& t, const Rect& at, const Look& look, const Splits& splits, float multiple) {
  const float gap = look.px(kGap), padding = 2 * look.px(kPanelPadding);
  const float design = kScreenHeight * multiple + padding + look.px(kTileHeader);
  const float below = at.height() - design - gap;
  if (below < look.px(kLeastTile)) {
    t.tiles.push_back({at, {Part::screen, Part::happened, Part::events}});
    return;
  }
  const bool apart = below >= 2 * look.px(kLeastApart) + gap;
  const Cut screen = cut(at.from.y, at.to.y, splits.screen, design, gap, look.px(kLeastTile));
  t.splitters.push_back(
      {{{at.from.x, screen.end}, {at.to.x, screen.next}}, false, &Splits::screen, at.from.y, at.height()});
  t.tiles.push_back({{at.from, {at.to.x, screen.end}}, {Part::screen}});
  if (!apart) {
    t.tiles.push_back({{{at.from.x, screen.next}, at.to}, {Part::happened, Part::events}});
    return;
  }
  const Cut happened = cut(screen.next, at.to.y, splits.happened, 0, gap, look.px(64));
  t.splitters.push_back({{{at.from.x, happened.end}, {at.to.x, happened.next}},
                         false,
                         &Splits::happened,
                         screen.next,
                         at.to.y - screen.next});
  t.tiles.push_back({{{at.from.x, screen.next}, {at.to.x, happened.end}}, {Part::happened}});
  t.tiles.push_back({{{at.from.x, happened.next}, at.to}, {Part::events}});
}

// Right: the code and the topic, one above the other; side by side with the registers where there is room.
void arrange_right(Tiles& t, const Rect& at, const Look& look, const Splits& splits) {
  const float gap = look.px(kGap), least = look.px(96);
  if (at.width() >= look.px(kWideFrom)) {
    const Cut code = cut(at.from.x, at.to.x, splits.code_width, 0, gap, look.px(320));
    t.splitters.push_back(
        {{{code.end, at.from.y}, {code.next, at.to.y}}, true, &Splits::code_width, at.from.x, at.width()});
    t.tiles.push_back({{at.from, {code.end, at.to.y}}, {Part::code}});
    if (at.height() < look.px(kTwoRowsFrom)) {
      t.tiles.push_back({{{code.next, at.from.y}, at.to}, {Part::topic}});
      return;
    }
    const Cut registers = cut(at.from.y, at.to.y, splits.registers, 0, gap, least);
    t.splitters.push_back({{{code.next, registers.end}, {at.to.x, registers.next}},
                           false,
                           &Splits::registers,
                           at.from.y,
                           at.height()});
    t.tiles.push_back({{{code.next, at.from.y}, {at.to.x, registers.end}}, {Part::registers}});
    t.tiles.push_back({{{code.next, registers.next}, at.to}, {Part::topic}});
  } else if (at.height() >= look.px(kTwoRowsFrom)) {
    const Cut code = cut(at.from.y, at.to.y, splits.code_height, 0, gap, least);
    t.splitters.push_back(
        {{{at.from.x, code.end}, {at.to.x, code.next}}, false, &Splits::code_height, at.from.y, at.height()});
    t.tiles.push_back({{at.from, {at.to.x, code.end}}, {Part::code}});
    t.tiles.push_back({{{at.from.x, code.next}, at.to}, {Part::topic}});
  } else {
    t.tiles.push_back({at, {Part::code, Part::topic}});
  }
}

}  // namespace

int cell_scale_for(ImVec2 room) {
  return std::clamp(static_cast<int>(std::min(room.x / kScreenWidth, room.y / kScreenHeight)), 1, 6);
}

int default_cell_scale(ImVec2 window, float scale) {
  // Never more than the type's own scale, and never more than leaves the code its room.
  const int wanted = static_cast<int>(scale + 0.01f);
  const int room = static_cast<int>(window.x * 0.56f / kScreenWidth);
  return std::clamp(std::min(wanted, room), 1, 6);
}

Tiles arrange(ImVec2 window, const Look& look, const Splits& splits) {
  Tiles t;
  const float gap = look.px(kGap), top = look.px(kToolbarHeight);
  const float time_line = look.px(window.y < look.px(kHighFrom) ? kLowTimeLineHeight : kTimeLineHeight);
  const float bottom = std::max(top + look.px(kLeastTile), window.y - time_line);
  t.toolbar = {{0, 0}, {window.x, top}};
  t.time_line = {{0, bottom}, window};
  const float low = bottom - gap, left = gap, right = window.x - gap;

  const auto multiple = static_cast<float>(default_cell_scale(window, look.scale));
  const float design = kScreenWidth * multiple + 2 * look.px(kPanelPadding);
  if (right - left - design - gap < look.px(kTwoColumnsFrom)) {
    t.tiles.push_back(
        {{{left, top}, {right, low}}, {Part::screen, Part::happened, Part::events, Part::code, Part::topic}});
    return t;
  }
  const Cut column = cut(left, right, splits.left, design, gap, look.px(200));
  t.splitters.push_back({{{column.end, top}, {column.next, low}}, true, &Splits::left, left, right - left});
  arrange_left(t, {{left, top}, {column.end, low}}, look, splits, multiple);
  arrange_right(t, {{column.next, top}, {right, low}}, look, splits);
  return t;
}

}  // namespace ringside
