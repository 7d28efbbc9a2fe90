// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/layout.h"

#include <algorithm>

namespace ringside {
namespace {

constexpr float kScreenWidth = 80 * kCellWidth, kScreenHeight = 25 * kCellHeight;
constexpr float kWideFrom = 920;  // logical pixels right of the screen that make two columns readable

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
  const float gap = look.px(kGap), least = look.px(96);
  const float top = look.px(kToolbarHeight),
              bottom = std::max(top + least, window.y - look.px(kTimeLineHeight));
  t.toolbar = {{0, 0}, {window.x, top}};
  t.time_line = {{0, bottom}, window};
  const float low = bottom - gap, left = gap, right = window.x - gap;

  const auto multiple = static_cast<float>(default_cell_scale(window, look.scale));
  const float padding = 2 * look.px(kPanelPadding);
  const Cut column = cut(left, right, splits.left, kScreenWidth * multiple + padding, gap, look.px(200));
  t.splitters.push_back({{{column.end, top}, {column.next, low}}, true, &Splits::left, left, right - left});
  const Cut screen =
      cut(top, low, splits.screen, kScreenHeight * multiple + padding + look.px(kTileHeader), gap, least);
  t.splitters.push_back(
      {{{left, screen.end}, {column.end, screen.next}}, false, &Splits::screen, top, low - top});
  const Cut happened = cut(screen.next, low, splits.happened, 0, gap, look.px(64));
  t.splitters.push_back({{{left, happened.end}, {column.end, happened.next}},
                         false,
                         &Splits::happened,
                         screen.next,
                         low - screen.next});
  t.screen = {{left, top}, {column.end, screen.end}};
  t.happened = {{left, screen.next}, {column.end, happened.end}};
  t.events = {{left, happened.next}, {column.end, low}};

  t.wide = (right - column.next) / look.scale >= kWideFrom;
  if (t.wide) {
    const Cut code = cut(column.next, right, splits.code_width, 0, gap, look.px(320));
    t.splitters.push_back(
        {{{code.end, top}, {code.next, low}}, true, &Splits::code_width, column.next, right - column.next});
    const Cut registers = cut(top, low, splits.registers, 0, gap, least);
    t.splitters.push_back(
        {{{code.next, registers.end}, {right, registers.next}}, false, &Splits::registers, top, low - top});
    t.code = {{column.next, top}, {code.end, low}};
    t.registers = {{code.next, top}, {right, registers.end}};
    t.topic = {{code.next, registers.next}, {right, low}};
  } else {
    const Cut code = cut(top, low, splits.code_height, 0, gap, least);
    t.splitters.push_back(
        {{{column.next, code.end}, {right, code.next}}, false, &Splits::code_height, top, low - top});
    t.code = {{column.next, top}, {right, code.end}};
    t.topic = {{column.next, code.next}, {right, low}};
  }
  return t;
}

}  // namespace ringside
