// SPDX-License-Identifier: GPL-2.0-or-later
// The strip at the bottom: the run from power-on to now, measured in instructions, with a mark for everything
// that came from outside the program's own flow. Each kind has its lane, its colour and its shape; in a low
// window they share one.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gui/app/shell.h"
#include "gui/widgets/text.h"
#include "sim/cpu/delivery.h"

namespace ringside {
namespace {

enum Lane : int { faults, interrupts, output };
constexpr int kLanes = 3;

struct LaneLook {
  const char* name;
  Meaning meaning;
};
constexpr std::array<LaneLook, kLanes> kLaneLooks = {
    {{"faults", Meaning::fault}, {"interrupts", Meaning::interrupt}, {"serial, keys", Meaning::write}}};

Lane lane_of(MarkKind kind) {
  switch (kind) {
    case MarkKind::fault:
    case MarkKind::trap: return faults;
    case MarkKind::interrupt: return interrupts;
    case MarkKind::output:
    case MarkKind::key: return output;
  }
  return output;
}

std::string describe(const TimeMark& mark) {
  const std::string when = fmt::format("\nafter {} instructions", with_commas(mark.instructions));
  switch (mark.kind) {
    case MarkKind::fault:
    case MarkKind::trap:
      return fmt::format("{} {}{}", mnemonic(mark.vector), exception_name(mark.vector), when);
    case MarkKind::interrupt: return fmt::format("interrupt, vector {}{}", mark.vector, when);
    case MarkKind::output: return "a byte sent on the serial port" + when;
    case MarkKind::key: return "a key" + when;
  }
  return {};
}

}  // namespace

void draw_time_line(PanelState& state, const MachineView& view, const Rect& at, Commands& commands) {
  const Look& look = state.look;
  ImDrawList* list = ImGui::GetWindowDrawList();
  ImFont* font = look.fonts.small;
  const int lanes = at.height() < look.px(kTimeLineHeight) ? 1 : kLanes;
  const float left = at.from.x + look.px(lanes == 1 ? 12 : 100), right = at.to.x - look.px(16);
  const float lane_height = look.px(14), top = at.from.y + look.px(24);
  const std::uint64_t end = std::max<std::uint64_t>(view.instructions, 1);

  const std::string count = fmt::format("{} instructions", with_commas(view.instructions));
  const std::string time = fmt::format("{}.{:06} s of machine time", view.time / kTicksPerSecond,
                                       view.time % kTicksPerSecond / 1000);
  text_at(list, font, {at.from.x + look.px(12), at.from.y + look.px(4)}, look.theme.muted, "power-on");
  const float room = right - at.from.x - look.px(12 + 8) - text_size(font, "power-on").x;
  const std::string both = count + "  \u00b7  " + time;
  const std::string now = text_size(font, both).x <= room ? both : elide(font, count, room);
  text_at(list, font, {right - text_size(font, now).x, at.from.y + look.px(4)}, look.theme.text, now);

  for (int lane = 0; lane < lanes; ++lane) {
    const float y = top + static_cast<float>(lane) * lane_height;
    if (lanes > 1) text_at(list, font, {at.from.x + look.px(12), y}, look.theme.muted, kLaneLooks[lane].name);
    const float line =
        static_cast<float>(static_cast<int>(y + lane_height / 2));  // whole pixels draw alike everywhere
    list->AddRectFilled({left, line}, {right, line + look.px(1)}, look.theme.line);
  }
  // One mark a pixel column and lane is all that can be seen.
  std::array<int, kLanes> last{};
  last.fill(-1000);
  const TimeMark* under_mouse = nullptr;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (const TimeMark& mark : view.marks) {
    const Lane lane = lane_of(mark.kind);
    const float x = left + (right - left) * static_cast<float>(static_cast<double>(mark.instructions) /
                                                               static_cast<double>(end));
    const float y = top + static_cast<float>(lanes > 1 ? lane : 0) * lane_height;
    if (std::abs(mouse.x - x) <= look.px(3) && mouse.y >= y && mouse.y < y + lane_height) under_mouse = &mark;
    if (static_cast<int>(x) - last[lane] < static_cast<int>(look.px(lane == faults ? 4 : 2))) continue;
    last[lane] = static_cast<int>(x);
    const ImU32 ink = colour(look.theme, kLaneLooks[lane].meaning);
    if (lane == faults) {
      const char* glyph = shape(mark.kind == MarkKind::fault ? Meaning::fault : Meaning::changed);
      text_at(list, font, {x - text_size(font, glyph).x / 2, y}, ink, glyph);
    } else {
      list->AddRectFilled({x, y + look.px(2)}, {x + look.px(1), y + lane_height - look.px(2)}, ink);
    }
  }
  list->AddLine({right, top}, {right, top + lane_height * static_cast<float>(lanes)}, look.theme.now,
                look.px(2));
  if (under_mouse) {
    tooltip(look, describe(*under_mouse));
    const bool delivered = under_mouse->kind != MarkKind::output && under_mouse->kind != MarkKind::key;
    if (delivered && ImGui::IsMouseClicked(0)) commands.push_back(ShowDelivery{under_mouse->delivery});
  }
}

}  // namespace ringside
