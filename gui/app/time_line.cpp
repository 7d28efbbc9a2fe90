// SPDX-License-Identifier: GPL-2.0-or-later
// The strip at the bottom: the machine's time from power-on to its end, measured in instructions. What came
// from outside the program's own flow is a mark; each kind has its lane, its colour and its shape (in a low
// window they share one lane). Below them the axis with the checkpoints as ticks, and the other branches as
// lines that leave it. A click goes to a mark or a place, a drag goes along, the wheel zooms.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/app/shell.h"
#include "gui/app/time_line_words.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr float kHeader = 20, kLane = 12, kGutter = 96;
constexpr float kReach = 4;        // so far from a mark the mouse still means it
constexpr double kLeastSpan = 32;  // instructions in sight
constexpr float kZoom = 1.25f;     // of one notch of the wheel
constexpr int kBranchRows = 2;

struct LaneLook {
  const char* name;
  Meaning meaning;
};
constexpr std::array<LaneLook, kMarkLanes> kLaneLooks = {{{"faults, modes", Meaning::fault},
                                                          {"interrupts", Meaning::interrupt},
                                                          {"input, output", Meaning::write}}};

// A mark that has a shape of its own where there is room; "" = a line.
const char* glyph_of(const TimelineMark& mark) {
  switch (mark.kind) {
    case EventKind::exception: return shape(is_trap(mark.which) ? Meaning::changed : Meaning::fault);
    case EventKind::triple_fault: return shape(Meaning::fault);
    case EventKind::interrupt: return shape(Meaning::interrupt);
    case EventKind::command: return shape(Meaning::write);
    case EventKind::debug_exit:
    case EventKind::power_off: return shape(Meaning::passed);
    case EventKind::mode_change: return "\u25CB";
    default: return "";
  }
}

ImU32 ink_of(const Theme& theme, const TimelineMark& mark) {
  switch (mark.kind) {
    case EventKind::exception:
    case EventKind::triple_fault: return theme.fault;
    case EventKind::interrupt: return theme.interrupt;
    case EventKind::debug_exit:
    case EventKind::power_off: return theme.passed;
    case EventKind::command:
    case EventKind::serial_byte: return theme.write;
    default: return theme.muted;
  }
}

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const Rect& at;
  Commands& commands;
  const Look& look = state.look;
  const HistoryView& history = view.history;
  TimeLineState& line = state.time_line;
  ImDrawList* list = ImGui::GetWindowDrawList();
  ImFont* font = look.fonts.small;

  int lanes = at.height() < look.px(kTimeLineHeight) ? 1 : static_cast<int>(kMarkLanes);
  float left = at.from.x + look.px(lanes == 1 ? 12 : kGutter);
  float right = at.to.x - look.px(lanes == 1 ? 12 : kGutter);
  float top = at.from.y + look.px(kHeader);
  float lane_height = look.px(kLane);
  float axis =
      static_cast<float>(static_cast<int>(top + lane_height * static_cast<float>(lanes) + look.px(3)));
  double from = 0, to = 1;

  // --- where things are ---

  double whole() const {
    std::uint64_t end = std::max<std::uint64_t>(history.end.instructions, 1);
    for (const BranchInfo& b : history.branches) end = std::max(end, b.end.instructions);
    return static_cast<double>(end);
  }
  float x_of(std::uint64_t instructions) const {
    return left +
           (right - left) * static_cast<float>((static_cast<double>(instructions) - from) / (to - from));
  }
  std::uint64_t count_at(float x) const {
    const double share = static_cast<double>((x - left) / (right - left));
    return static_cast<std::uint64_t>(std::max(0.0, from + share * (to - from)));
  }
  float lane_top(std::size_t lane) const {
    return top + (lanes > 1 ? static_cast<float>(lane) * lane_height : 0);
  }
  ImU32 dimmed(ImU32 ink, std::uint64_t instructions) const {
    return instructions >= history.now.instructions && history.in_past ? with_alpha(ink, 0.4f) : ink;
  }

  // What is in sight: all of it, or what the wheel has chosen; then where the machine stands stays in sight.
  void choose_range() {
    from = 0;
    to = whole();
    if (line.to <= 0) return;
    const double span = line.to - line.from, now = static_cast<double>(history.now.instructions);
    if (line.now_seen != history.now.instructions && !line.wanted && (now < line.from || now > line.to))
      line.from = now - span / 2;
    line.from = std::clamp(line.from, 0.0, std::max(0.0, to - span));
    line.to = line.from + span;
    from = line.from;
    to = line.to;
  }

  void zoom(float mouse_x) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.MouseWheel == 0 && io.MouseWheelH == 0) return;
    const double all = whole(), share = static_cast<double>((mouse_x - left) / (right - left));
    const double centre = from + share * (to - from);
    const double span =
        std::clamp((to - from) / std::pow(static_cast<double>(kZoom), static_cast<double>(io.MouseWheel)),
                   std::min(kLeastSpan, all), all);
    line.from =
        std::clamp(centre - share * span - static_cast<double>(io.MouseWheelH) * span / 8, 0.0, all - span);
    line.to = span >= all ? 0 : line.from + span;
  }

  // --- the marks ---

  struct Group {
    const TimelineMark* nearest = nullptr;
    std::size_t count = 0;
    explicit operator bool() const { return nearest; }
  };

  // Those of a lane that lie at the mouse.
  Group group_at(ImVec2 mouse) const {
    Group found;
    if (mouse.y < top || mouse.y >= top + lane_height * static_cast<float>(lanes)) return found;
    for (std::size_t lane = 0; lane < kMarkLanes; ++lane) {
      if (lanes > 1 && (mouse.y < lane_top(lane) || mouse.y >= lane_top(lane) + lane_height)) continue;
      const MarkList& marks = history.marks[lane];
      const std::size_t first = marks.first_from(count_at(mouse.x - look.px(kReach)));
      const std::size_t last = marks.first_from(count_at(mouse.x + look.px(kReach)) + 1);
      if (first >= last) continue;
      const std::uint64_t here = count_at(mouse.x);
      std::size_t nearest = std::min(marks.first_from(here), last - 1);
      if (nearest > first &&
          here - marks[nearest - 1].instructions < std::max(marks[nearest].instructions, here) - here)
        --nearest;
      // Where lanes share a place the rarer mark is meant: faults stand first.
      if (!found) found.nearest = &marks[std::max(nearest, first)];
      found.count += last - first;
    }
    return found;
  }

  // Marks closer than a few pixels become one; the more it stands for, the higher its line.
  void draw_lane(std::size_t lane) {
    const MarkList& marks = history.marks[lane];
    const float y = lane_top(lane), line_y = static_cast<float>(static_cast<int>(y + lane_height / 2));
    if (lanes > 1 || lane == 0)
      list->AddRectFilled({left, line_y}, {right, line_y + look.px(1)}, look.theme.line);
    if (lanes > 1)
      text_at(list, font, {at.from.x + look.px(12), y - look.px(1)}, look.theme.muted, kLaneLooks[lane].name);
    const float apart = look.px(3), room = look.px(12);
    for (std::size_t i = marks.first_from(static_cast<std::uint64_t>(from)); i < marks.size();) {
      const TimelineMark& mark = marks[i];
      if (static_cast<double>(mark.instructions) > to) break;
      const float x = x_of(mark.instructions);
      // What would lie over a letter's room is drawn with it, and what lies within a line's as one line.
      const std::size_t close = std::max(marks.first_from(count_at(x + apart)), i + 1);
      const std::size_t near = marks.first_from(count_at(x + room));
      const bool seldom = near <= i + 1 || lane == static_cast<std::size_t>(MarkLane::faults);
      const char* glyph = seldom ? glyph_of(mark) : "";
      const ImU32 ink = dimmed(ink_of(look.theme, mark), mark.instructions);
      if (*glyph) {
        text_at(list, font, {x - text_size(font, glyph).x / 2, y - look.px(1)}, ink, glyph);
      } else {
        const float many = std::min(1.0f, 0.4f + 0.15f * std::log2(static_cast<float>(close - i)));
        const float half = (lane_height / 2 - look.px(1)) * many;
        list->AddRectFilled({x, line_y - half}, {x + look.px(1), line_y + half + look.px(1)}, ink);
      }
      i = *glyph ? std::max(marks.first_from(count_at(x + look.px(8))), i + 1) : close;
    }
  }

  // --- axis and branches ---

  void draw_axis() {
    const float thick = look.px(2);
    const auto clamped = [&](std::uint64_t n) { return std::clamp(x_of(n), left, right); };
    const float now = clamped(history.now.instructions), end = clamped(history.end.instructions);
    list->AddRectFilled({now, axis}, {end, axis + thick}, mix(look.theme.ground, look.theme.faint, 0.6f));
    list->AddRectFilled({clamped(0), axis}, {now, axis + thick}, look.theme.muted);
    float last = -1000;
    for (const std::uint64_t checkpoint : history.checkpoints) {
      const float x = x_of(checkpoint);
      if (x < left || x > right || x - last < look.px(4)) continue;
      last = x;
      list->AddRectFilled({x, axis + thick}, {x + look.px(1), axis + thick + look.px(3)},
                          dimmed(look.theme.faint, checkpoint));
    }
    if (lanes == 1) return;
    const float y = axis - look.px(6);
    const auto first = static_cast<std::uint64_t>(from), final = static_cast<std::uint64_t>(to);
    const std::string start = with_commas(first);
    text_at(list, font, {left - look.px(8) - text_size(font, start).x, y}, look.theme.muted, start);
    text_at(list, font, {right + look.px(8), y}, look.theme.muted, with_commas(final));
  }

  float branch_y(int row) const { return axis + look.px(6) + static_cast<float>(row) * look.px(4); }

  // Another branch than the one the machine is on, if the mouse is at its line.
  const BranchInfo* draw_branches(ImVec2 mouse) {
    const BranchInfo* at_mouse = nullptr;
    int row = 0;
    for (const BranchInfo& b : history.branches) {
      if (b.id == history.branch) {
        if (b.parent && lanes > 1) {
          const float x = x_of(b.start.instructions);
          if (x >= left && x <= right)
            list->AddCircleFilled({x, axis + look.px(1)}, look.px(3), look.theme.text);
        }
        continue;
      }
      const float y = branch_y(std::min(row++, kBranchRows - 1));
      const bool first = !b.parent;
      const float start = std::clamp(x_of(branch_start(b)), left, right),
                  end = std::clamp(x_of(b.end.instructions), left, right);
      if (lanes == 1) continue;
      const bool hovered = mouse.x >= start - look.px(2) && mouse.x <= end + look.px(2) &&
                           std::abs(mouse.y - y) <= look.px(3) && mouse.y > axis + look.px(3);
      const ImU32 ink = hovered ? look.theme.interrupt : mix(look.theme.ground, look.theme.muted, 0.7f);
      if (!first || start > left)
        list->AddLine({start - look.px(3), axis + look.px(2)}, {start, y}, ink, look.px(1));
      list->AddRectFilled({start, y}, {std::max(end, start + look.px(4)), y + look.px(hovered ? 3 : 2)}, ink);
      if (hovered) at_mouse = &b;
    }
    return at_mouse;
  }

  // Where it differs from the branch the machine is on: that one's own start, if it left this one.
  std::uint64_t branch_start(const BranchInfo& b) const {
    for (const BranchInfo& mine : history.branches)
      if (mine.id == history.branch && mine.parent == b.id) return mine.start.instructions;
    return b.start.instructions;
  }

  void draw_position() {
    const std::uint64_t shown = line.wanted.value_or(history.now.instructions);
    const float x = x_of(shown);
    if (x < left - 1 || x > right + 1) return;
    const float head = look.px(4);
    list->AddTriangleFilled({x - head, top - head}, {x + head + look.px(1), top - head},
                            {x + look.px(0.5f), top + look.px(1)}, look.theme.now);
    list->AddRectFilled({x - look.px(0.5f), top - head}, {x + look.px(1), axis + look.px(6)}, look.theme.now);
  }

  // --- what the mouse does ---

  void seek(std::uint64_t instructions) {
    const std::uint64_t wanted = std::min(instructions, history.end.instructions);
    if (line.wanted == wanted) return;
    line.wanted = wanted;
    commands.push_back(DoSeek{wanted});
  }

  void input(const BranchInfo* branch, const Group& group, bool hovered) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    if (hovered) zoom(mouse.x);
    if (ImGui::IsItemActivated()) {
      line.dragged = false;
      line.on_mark = group || branch;
      if (!line.on_mark) seek(count_at(mouse.x));
    }
    // The frame in which the button is let go of may be the first that sees where the mouse came to.
    const bool held = ImGui::IsItemActive() || ImGui::IsItemDeactivated();
    if (held && (line.dragged || std::abs(mouse.x - ImGui::GetIO().MouseClickedPos[0].x) > look.px(3))) {
      line.dragged = true;
      seek(count_at(std::clamp(mouse.x, left, right)));
    }
    if (ImGui::IsItemDeactivated()) {
      if (!line.dragged && branch)
        commands.push_back(DoSwitchBranch{branch->id});
      else if (!line.dragged && line.on_mark && group)
        go_to(*group.nearest);
      line.wanted.reset();
    }
    if (hovered && ImGui::IsMouseDoubleClicked(0)) line.to = 0;
    if (branch && ImGui::IsMouseClicked(1)) {
      line.branch = branch->id;
      ImGui::OpenPopup("branch");
    }
  }

  void go_to(const TimelineMark& mark) {
    commands.push_back(DoSeekEvent{mark.instructions});
    if (mark.kind == EventKind::exception || mark.kind == EventKind::interrupt)
      commands.push_back(ShowDelivery{mark.delivery});
  }

  void tip(const BranchInfo* branch, const Group& group) {
    if (branch)
      tooltip(look, words(*branch) + "\nClick to go to its end; the right button can forget it.");
    else if (group)
      tooltip(look, words(view, *group.nearest, group.count - 1));
    else
      tooltip(
          look,
          fmt::format("instruction {}\nClick or drag to go there, wheel to zoom.",
                      with_commas(std::min(count_at(ImGui::GetIO().MousePos.x), history.end.instructions))));
  }

  void draw() {
    choose_range();
    line.now_seen = history.now.instructions;
    draw_time_status(state, view, {at.from, {at.to.x, top}}, commands);
    ImGui::SetCursorScreenPos({left - look.px(4), top});
    ImGui::InvisibleButton("time", {right - left + look.px(8), at.to.y - top});
    const bool hovered = ImGui::IsItemHovered();
    const ImVec2 mouse = hovered ? ImGui::GetIO().MousePos : ImVec2{-1, -1};
    const Group group = history.kept ? group_at(mouse) : Group{};
    for (std::size_t lane = 0; lane < kMarkLanes; ++lane) draw_lane(lane);
    draw_axis();
    const BranchInfo* branch = draw_branches(mouse);
    if (history.kept) input(branch, group, hovered);
    draw_position();
    if (hovered && !line.wanted && history.kept) tip(branch, group);
    draw_branch_menu(state, view, line.branch, commands);
  }
};

}  // namespace

void draw_time_line(PanelState& state, const MachineView& view, const Rect& at, Commands& commands) {
  if (at.width() < state.look.px(2 * kGutter)) return;
  ImGui::PushID("time line");
  Drawing{state, view, at, commands}.draw();
  ImGui::PopID();
}

}  // namespace ringside
