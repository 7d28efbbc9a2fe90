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
constexpr float kLeastLab = 240;        // high: a lab's text
constexpr float kLabBelow = 0.64f;      // of the room below the screen
constexpr float kLabAbove = 0.56f;      // of the room above the code
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

struct Plan {
  Tiles& tiles;
  const Look& look;
  const Splits& splits;
  LabRoom lab;
  bool lab_to_do() const { return lab == LabRoom::large && !tiles.of(Part::lab); }

  void tile(Rect at, std::vector<Part> parts) { tiles.tiles.push_back({at, std::move(parts)}); }
  // Two rows; returns where they are divided.
  Cut rows(const Rect& at, float Splits::*share, float design, float least) {
    const float gap = look.px(kGap);
    const Cut c = cut(at.from.y, at.to.y, splits.*share, design, gap, least);
    tiles.splitters.push_back(
        {{{at.from.x, c.end}, {at.to.x, c.next}}, false, share, at.from.y, at.height()});
    return c;
  }
};

// Left: the screen, below it what just happened and the events, in as many tiles as can be read. A lab takes
// most of that room, if there is enough of it.
void arrange_left(Plan& plan, const Rect& at, float multiple) {
  const Look& look = plan.look;
  const float gap = look.px(kGap), padding = 2 * look.px(kPanelPadding);
  const float design = kScreenHeight * multiple + padding + look.px(kTileHeader);
  const float below = at.height() - design - gap;
  std::vector<Part> others = {Part::happened, Part::events};
  if (plan.lab == LabRoom::small) others.push_back(Part::lab);
  if (below < look.px(kLeastTile)) {
    others.insert(others.begin(), Part::screen);
    plan.tile(at, others);
    return;
  }
  const Cut screen = plan.rows(at, &Splits::screen, design, look.px(kLeastTile));
  plan.tile({at.from, {at.to.x, screen.end}}, {Part::screen});
  const Rect rest{{at.from.x, screen.next}, at.to};
  if (plan.lab == LabRoom::large && below >= look.px(kLeastLab + kLeastApart)) {
    const Cut lab = plan.rows(rest, &Splits::lab, kLabBelow * rest.height(), look.px(kLeastApart));
    plan.tile({rest.from, {rest.to.x, lab.end}}, {Part::lab});
    plan.tile({{rest.from.x, lab.next}, rest.to}, others);
  } else if (below >= 2 * look.px(kLeastApart) + gap) {
    const Cut happened = plan.rows(rest, &Splits::happened, 0, look.px(64));
    plan.tile({rest.from, {rest.to.x, happened.end}}, {Part::happened});
    others.erase(others.begin());
    plan.tile({{rest.from.x, happened.next}, rest.to}, others);
  } else {
    plan.tile(rest, others);
  }
}

// Right: the code and the topic, one above the other; side by side with the registers where there is room. A
// lab that has no tile yet stands above: beside the registers above the code, else above code and topic.
void arrange_right(Plan& plan, const Rect& at) {
  const Look& look = plan.look;
  const float gap = look.px(kGap), least = look.px(96);
  const bool two_rows = at.height() >= look.px(kTwoRowsFrom);
  if (at.width() >= look.px(kWideFrom)) {
    const Cut code = cut(at.from.x, at.to.x, plan.splits.code_width, 0, gap, look.px(320));
    plan.tiles.splitters.push_back(
        {{{code.end, at.from.y}, {code.next, at.to.y}}, true, &Splits::code_width, at.from.x, at.width()});
    const Rect left{at.from, {code.end, at.to.y}}, right{{code.next, at.from.y}, at.to};
    if (!plan.lab_to_do()) {
      plan.tile(left, {Part::code});
    } else if (!two_rows) {
      plan.tile(left, {Part::lab, Part::code});
    } else {
      const Cut lab = plan.rows(left, &Splits::lab, kLabAbove * left.height(), least);
      plan.tile({left.from, {left.to.x, lab.end}}, {Part::lab});
      plan.tile({{left.from.x, lab.next}, left.to}, {Part::code});
    }
    if (!two_rows) {
      plan.tile(right, {Part::topic});
      return;
    }
    const Cut registers = plan.rows(right, &Splits::registers, 0, least);
    plan.tile({right.from, {right.to.x, registers.end}}, {Part::registers});
    plan.tile({{right.from.x, registers.next}, right.to}, {Part::topic});
    return;
  }
  const bool lab = plan.lab_to_do();
  if (!two_rows) {
    plan.tile(at,
              lab ? std::vector{Part::lab, Part::code, Part::topic} : std::vector{Part::code, Part::topic});
    return;
  }
  const Cut upper = plan.rows(at, lab ? &Splits::lab : &Splits::code_height, kLabAbove * at.height(), least);
  plan.tile({at.from, {at.to.x, upper.end}}, {lab ? Part::lab : Part::code});
  plan.tile({{at.from.x, upper.next}, at.to},
            lab ? std::vector{Part::code, Part::topic} : std::vector{Part::topic});
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

Tiles arrange(ImVec2 window, const Look& look, const Splits& splits, LabRoom lab) {
  Tiles t;
  Plan plan{t, look, splits, lab};
  const float gap = look.px(kGap), top = look.px(kToolbarHeight);
  const float time_line = look.px(window.y < look.px(kHighFrom) ? kLowTimeLineHeight : kTimeLineHeight);
  const float bottom = std::max(top + look.px(kLeastTile), window.y - time_line);
  t.toolbar = {{0, 0}, {window.x, top}};
  t.time_line = {{0, bottom}, window};
  const float low = bottom - gap, left = gap, right = window.x - gap;

  const auto multiple = static_cast<float>(default_cell_scale(window, look.scale));
  const float design = kScreenWidth * multiple + 2 * look.px(kPanelPadding);
  if (right - left - design - gap < look.px(kTwoColumnsFrom)) {
    std::vector<Part> all = {Part::screen, Part::happened, Part::events, Part::code, Part::topic};
    if (lab != LabRoom::none) all.insert(all.begin() + 1, Part::lab);
    plan.tile({{left, top}, {right, low}}, all);
    return t;
  }
  const Cut column = cut(left, right, splits.left, design, gap, look.px(200));
  t.splitters.push_back({{{column.end, top}, {column.next, low}}, true, &Splits::left, left, right - left});
  arrange_left(plan, {{left, top}, {column.end, low}}, multiple);
  arrange_right(plan, {{column.next, top}, {right, low}});
  return t;
}

}  // namespace ringside
