// SPDX-License-Identifier: GPL-2.0-or-later
// Lanes over machine time: a bar where a thread has the processor, a thin line where it would like to have
// it, dots where it waits. Above them a mark for each switch. A click goes to a switch or a moment, a drag
// goes along, the wheel zooms. What lies behind where the machine stands is drawn faintly.
#include "gui/panels/thread_lanes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr float kRow = 22, kHighRow = 36, kBar = 12, kStrip = 18;
constexpr float kReach = 4;         // so far from a switch the mouse still means it
constexpr double kLeastSpan = 100;  // ns in sight
constexpr float kZoom = 1.25f;      // of one notch of the wheel

struct Row {
  std::uint64_t id = 0;
  bool idle = false, ended = false;
  const ThreadLane* past = nullptr;    // up to now
  const ThreadLane* future = nullptr;  // what is yet to come; only what lies behind now counts
};

struct Drawing {
  PanelState& state;
  const MachineView& view;
  Commands& commands;
  float width;
  const Look& look = state.look;
  ThreadState& memory = state.threads;
  const ThreadsView& threads = *view.threads;
  const ThreadsView* later = nullptr;
  ImDrawList* list = nullptr;
  ImFont* font = look.fonts.small;
  std::vector<Row> rows;
  double from = 0, to = 1;
  float left = 0, right = 0, top = 0;  // of the area of time
  float bottom = 0;
  float row_height = look.px(kRow);

  // --- where things are ---

  float x_of(Ticks time) const {
    const double share = (static_cast<double>(time) - from) / (to - from);
    return left + (right - left) * static_cast<float>(std::clamp(share, -1.0, 2.0));
  }
  Ticks time_at(float x) const {
    const double share = static_cast<double>(x - left) / static_cast<double>(right - left);
    return static_cast<Ticks>(std::max(0.0, from + share * (to - from)));
  }
  float row_top(std::size_t i) const { return top + look.px(kStrip) + static_cast<float>(i) * row_height; }
  Ticks now() const { return threads.all.now; }

  void choose_range() {
    const auto& recent = later && later->recent.first <= now() ? later->recent : threads.recent;
    from = static_cast<double>(recent.first);
    to = static_cast<double>(std::max(recent.second, recent.first + 1));
    const double here = static_cast<double>(now()), before = static_cast<double>(memory.now_seen);
    memory.now_seen = now();
    if (memory.to <= 0) return;
    const double span = memory.to - memory.from;
    // Where the machine stands stays in sight; but who looks at something else while it runs is left alone.
    const bool followed = before >= memory.from && before <= memory.to;
    if (here != before && (here > memory.to || here < memory.from) && (followed || here < before))
      memory.from = here - span * 0.9;
    memory.from = std::max(0.0, memory.from);
    memory.to = memory.from + span;
    from = memory.from;
    to = memory.to;
  }

  // Those that live, and those that ended but ran in what is in sight.
  void choose_rows() {
    const auto in_sight = [&](const ThreadLane& lane) {
      return !lane.ended || std::ranges::any_of(lane.runs, [&](const LaneRun& run) {
        return static_cast<double>(run.to) >= from && static_cast<double>(run.from) <= to;
      });
    };
    const auto add = [&](const ThreadsView& source, const ThreadLane* Row::*which) {
      for (const ThreadLane& lane : source.lanes) {
        if (!in_sight(lane)) continue;
        auto row = std::ranges::find(rows, lane.id, &Row::id);
        if (row == rows.end())
          row = rows.insert(rows.end(), {.id = lane.id, .idle = lane.idle, .ended = lane.ended});
        (*row).*which = &lane;
      }
    };
    add(threads, &Row::past);
    if (later) add(*later, &Row::future);
    // Whoever is gone keeps the place it had: by age. The idle thread is the floor.
    std::ranges::stable_sort(rows, {}, [](const Row& row) { return std::pair(row.idle, row.id); });
  }

  // --- lanes ---

  ImU32 ink(const Row& row) const {
    return row.idle ? look.theme.muted : hue(look.theme, static_cast<std::size_t>(row.id));
  }

  void dots(float a, float b, float y, ImU32 colour) const {
    const float step = look.px(5), dot = look.px(1);
    // At fixed places, or they would crawl while time goes on.
    for (float x = std::ceil(a / step) * step; x < b; x += step)
      list->AddRectFilled({x, y}, {x + dot, y + dot}, colour);
  }

  // Of one lane, what lies between two moments.
  void draw_runs(const Row& row, const ThreadLane& lane, const KernelThreads& all, Ticks begin, Ticks end,
                 std::size_t place, float strength) {
    const float middle = row_top(place) + row_height / 2, half = row_height * kBar / kRow / 2;
    const ImU32 colour = ink(row);
    const float first = std::max(left, x_of(begin)), last = std::min(right, x_of(end));
    for (std::size_t i = 0; i < lane.runs.size(); ++i) {
      const LaneRun& run = lane.runs[i];
      const float a = std::max(first, x_of(run.from)), b = std::min(last, x_of(run.to));
      if (run.to >= begin && run.from <= end && b >= a && a <= last)
        list->AddRectFilled({a, middle - half}, {std::max(b, a + look.px(1)), middle + half},
                            with_alpha(colour, row.idle ? 0.45f * strength : strength),
                            b - a > look.px(16) ? look.px(2) : 0);
      if (run.ended_by == LaneRun::kStillRuns) continue;
      const std::string& reason = all.switches[run.ended_by].reason;
      const Ticks until = i + 1 < lane.runs.size() ? lane.runs[i + 1].from : all.now;
      const float c = std::max(first, x_of(run.to)), d = std::min(last, x_of(until));
      if (reason == "finished" || row.idle || d <= c) continue;
      if (reason == "waits")
        dots(c, d, middle, with_alpha(look.theme.muted, strength));
      else
        list->AddRectFilled({c, middle - look.px(1)}, {d, middle + look.px(2)},
                            with_alpha(colour, 0.55f * strength));
    }
  }

  void draw_label(const Row& row, std::size_t place) {
    const float y = row_top(place);
    const GuestThread* const thread = threads.all.find(row.id);
    if (memory.chosen == row.id && memory.chosen != 0)
      list->AddRectFilled({left - label_width, y}, {right, y + row_height},
                          with_alpha(look.theme.raised, 0.6f), look.px(3));
    const bool runs = thread && thread->id == threads.all.current;
    const float mark = font->FontSize, baseline = y + (row_height - font->FontSize) / 2;
    if (runs) text_at(list, font, {left - label_width, baseline}, look.theme.now, shape(Meaning::now));
    ImGui::SetCursorScreenPos({left - label_width + mark, baseline});
    const std::string name = elide(font, thread_name(state, view, row.id), label_width - mark - look.px(8));
    link(look, view, name, thread ? Link::thread : Link::none, row.id,
         thread ? (runs ? look.theme.now : look.theme.text) : look.theme.muted, font, commands);
  }
  float label_width = 0;

  // --- switches ---

  // Marks above the lanes, and where there is room a line from who left to who came.
  void draw_switches(const KernelThreads& all, Ticks begin, float strength) {
    const ImU32 colour = with_alpha(look.theme.context_switch, strength);
    const float y = top + look.px(kStrip) / 2, glyph = text_size(font, shape(Meaning::context_switch)).x;
    float free_from = left;
    for (std::size_t i = 0; i < all.switches.size(); ++i) {
      const GuestSwitch& s = all.switches[i];
      const float x = x_of(s.time);
      if (s.time < begin || x < left || x > right) continue;
      const float before = i ? x_of(all.switches[i - 1].time) : left - 1000;
      const float after = i + 1 < all.switches.size() ? x_of(all.switches[i + 1].time) : right + 1000;
      const float room = std::min(x - before, after - x);
      if (room > look.px(16) && x - glyph / 2 >= free_from) {
        text_at(list, font, {x - glyph / 2, y - font->FontSize / 2}, colour, shape(Meaning::context_switch));
        free_from = x + glyph / 2;
      } else {
        list->AddRectFilled({x, y - look.px(4)}, {x + look.px(1), y + look.px(5)}, colour);
      }
      if (room < look.px(4)) continue;
      const auto left_row = std::ranges::find(rows, s.from, &Row::id);
      const auto came_row = std::ranges::find(rows, s.to, &Row::id);
      if (left_row == rows.end() || came_row == rows.end()) continue;
      const auto middle = [&](auto row) {
        return row_top(static_cast<std::size_t>(row - rows.begin())) + row_height / 2;
      };
      const float a = middle(left_row), b = middle(came_row);
      list->AddRectFilled({x, std::min(a, b)}, {x + look.px(1), std::max(a, b)},
                          with_alpha(look.theme.context_switch, 0.7f * strength));
    }
  }

  // The switch that the mouse means; null: none.
  const GuestSwitch* switch_at(float x) const {
    const GuestSwitch* nearest = nullptr;
    for (const ThreadsView* source : {&threads, later})
      if (source)
        for (const GuestSwitch& s : source->all.switches)
          if (std::abs(x_of(s.time) - x) <= look.px(kReach) &&
              (!nearest || std::abs(x_of(s.time) - x) < std::abs(x_of(nearest->time) - x)))
            nearest = &s;
    return nearest;
  }

  std::string words_at(const Row& row, Ticks time) const {
    const bool ahead = time > now() && later;
    const ThreadLane* const lane = ahead ? row.future : row.past;
    return lane ? lane_words(state, view, ahead ? later->all : threads.all, *lane, time) : std::string();
  }

  // --- time ---

  // Lines through the lanes at round times, and what will stand below them, which does not scroll.
  void draw_grid() {
    const double span = to - from;
    double step = 1;
    const auto unit = [&] { return step >= 1e9 ? 1e9 : step >= 1e6 ? 1e6 : step >= 1e3 ? 1e3 : 1.0; };
    const auto label = [&](double time) {
      const char* name = step >= 1e9 ? "s" : step >= 1e6 ? "ms" : step >= 1e3 ? "us" : "ns";
      return fmt::format("{} {}", with_commas(static_cast<std::uint64_t>(time / unit() + 0.5)), name);
    };
    for (int i = 0; step < 1e18; ++i) {
      const double apart = step / span * static_cast<double>(right - left);
      if (apart > static_cast<double>(text_size(font, label(to)).x + look.px(20))) break;
      step *= i % 3 == 1 ? 2.5 : 2;
    }
    for (double time = std::ceil(from / step) * step; time <= to; time += step) {
      const float x = x_of(static_cast<Ticks>(time));
      list->AddRectFilled({x, top}, {x + look.px(1), bottom}, look.theme.line);
      ticks.emplace_back(x, label(time));
    }
  }
  std::vector<std::pair<float, std::string>> ticks;

  void draw_times(float y) const {
    for (const auto& [x, words] : ticks) {
      const float half = text_size(font, words).x / 2;
      if (x - half >= left - label_width && x + half <= right + look.px(8))
        text_at(ImGui::GetWindowDrawList(), font, {x - half, y}, look.theme.muted, words);
    }
  }

  void draw_now() {
    const float x = x_of(now());
    if (x < left || x > right) return;
    list->AddRectFilled({x, top}, {x + look.px(1), bottom}, look.theme.now);
    text_at(list, font, {x - text_size(font, "\u25BE").x / 2, top - look.px(2)}, look.theme.now, "\u25BE");
  }

  void use_mouse() {
    ImGui::SetCursorScreenPos({left, top});
    ImGui::InvisibleButton("lanes", {std::max(1.0f, right - left), bottom - top});
    const ImGuiIO& io = ImGui::GetIO();
    const ImVec2 mouse = io.MousePos;
    const double here = static_cast<double>(time_at(mouse.x)), span = to - from;
    if (ImGui::IsItemHovered() && (io.MouseWheel != 0 || io.MouseWheelH != 0)) {
      const double wanted = std::max(
          kLeastSpan, span / std::pow(static_cast<double>(kZoom), static_cast<double>(io.MouseWheel)));
      memory.from = std::max(
          0.0, here - (here - from) * wanted / span - static_cast<double>(io.MouseWheelH) * span / 8);
      memory.to = std::min(
          memory.from + wanted,
          std::max(static_cast<double>(later ? later->all.now : now()) * 1.02, memory.from + kLeastSpan));
    }
    if (ImGui::IsItemActivated()) memory.dragged = false;
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(0, look.px(3))) {
      memory.dragged = true;
      memory.from = std::max(0.0, from - static_cast<double>(io.MouseDelta.x / (right - left)) * span);
      memory.to = memory.from + span;
    }
    const GuestSwitch* const meant = ImGui::IsItemHovered() ? switch_at(mouse.x) : nullptr;
    if (ImGui::IsItemDeactivated() && !memory.dragged) {
      const Ticks there = meant ? meant->time : time_at(mouse.x);
      if (there <= view.history.end.time) commands.push_back(DoSeekTime{there});
    }
    if (!ImGui::IsItemHovered() || ImGui::IsMouseDown(0)) return;
    if (meant) {
      const float x = x_of(meant->time);
      list->AddRectFilled({x, top}, {x + look.px(1), bottom}, look.theme.context_switch);
      tooltip(look, switch_words(state, view, *meant));
      return;
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (mouse.y >= row_top(i) && mouse.y < row_top(i) + row_height)
        if (const std::string about = words_at(rows[i], time_at(mouse.x)); !about.empty())
          tooltip(look, about);
  }

  void draw(ImVec2 at) {
    list = ImGui::GetWindowDrawList();
    label_width = std::min(look.px(112), width * 0.3f);
    left = at.x + label_width;
    right = at.x + width - look.px(12);
    top = at.y;
    bottom = row_top(rows.size());
    draw_grid();
    ImGui::PushClipRect({at.x, top - look.px(4)}, {at.x + width, bottom}, true);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Row& row = rows[i];
      draw_label(row, i);
      if (row.past) draw_runs(row, *row.past, threads.all, 0, now(), i, 1);
      if (row.future) draw_runs(row, *row.future, later->all, now() + 1, later->all.now, i, 0.35f);
    }
    draw_switches(threads.all, 0, 1);
    if (later) draw_switches(later->all, now() + 1, 0.35f);
    draw_now();
    ImGui::PopClipRect();
    use_mouse();
  }
};

}  // namespace

void draw_lanes(PanelState& state, const MachineView& view, float width, float most, float comfortable,
                Commands& commands) {
  const Look& look = state.look;
  Drawing d{state, view, commands, width};
  if (view.history.in_past && state.threads.newest && state.threads.newest->all.now > view.threads->all.now)
    d.later = state.threads.newest.get();
  d.choose_range();
  d.choose_rows();
  const float lanes = static_cast<float>(std::max<std::size_t>(d.rows.size(), 1));
  const float fair = (comfortable - look.px(kStrip + kLaneTimes + 2)) / lanes;
  d.row_height = static_cast<float>(static_cast<int>(std::clamp(fair, look.px(kRow), look.px(kHighRow))));
  const float need = look.px(kStrip + 2) + lanes * d.row_height, room = most - look.px(kLaneTimes);
  if (ImGui::BeginChild("lanes", {width, std::min(need, room)}, false,
                        ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse)) {
    if (need > room) d.width -= ImGui::GetStyle().ScrollbarSize;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    d.draw({at.x, at.y + look.px(2)});
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({1, need});
  }
  ImGui::EndChild();
  d.draw_times(ImGui::GetItemRectMax().y + look.px(2));
}

}  // namespace ringside
