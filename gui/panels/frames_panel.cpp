// SPDX-License-Identifier: GPL-2.0-or-later
// Physical memory as cells, each a few frames, with a letter and a colour for who has them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/table_widget.h"
#include "gui/widgets/text.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

// Hues of the uses, in the order of the kernel's enumeration; none of them is one of the seven meanings.
ImU32 hue(const Look& look, const FrameUse& use, std::size_t number) {
  constexpr ImU32 kDark[] = {IM_COL32(0xC3, 0xA9, 0xF5, 255), IM_COL32(0x9D, 0xB2, 0xFF, 255),
                             IM_COL32(0xC9, 0xD3, 0xA0, 255), IM_COL32(0xA9, 0xC9, 0xD9, 255),
                             IM_COL32(0xE0, 0xC2, 0xA8, 255), IM_COL32(0xC9, 0xCE, 0xD8, 255)};
  constexpr ImU32 kLight[] = {IM_COL32(0x66, 0x3A, 0xA6, 255), IM_COL32(0x33, 0x46, 0xA8, 255),
                              IM_COL32(0x53, 0x5E, 0x1D, 255), IM_COL32(0x2F, 0x5D, 0x73, 255),
                              IM_COL32(0x7A, 0x4B, 0x21, 255), IM_COL32(0x4A, 0x54, 0x62, 255)};
  if (use.letter == '-' || use.letter == '.') return look.theme.faint;
  return (look.theme.dark ? kDark : kLight)[number % std::size(kDark)];
}

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const FrameMap& map;
  Commands& commands;
  const Look& look = state.look;

  ImU32 colour_of(const FrameUse& use) const {
    return hue(look, use, static_cast<std::size_t>(&use - map.uses.data()));
  }

  // Rows of cells. Rows in which all frames have one use say little: several of them are one low row.
  struct Line {
    std::uint64_t first = 0, end = 0;  // frames
    const FrameUse* low = nullptr;     // whose all of it is
    float y = 0;
  };

  std::vector<Line> plan(std::uint64_t in_row) const {
    std::vector<Line> lines;
    std::size_t range = 0;
    for (std::uint64_t first = 0; first < map.values.size(); first += in_row) {
      const std::uint64_t end = std::min<std::uint64_t>(first + in_row, map.values.size());
      while (map.ranges[range].first + map.ranges[range].count <= first) ++range;
      const bool one = map.ranges[range].first + map.ranges[range].count >= end;
      const FrameUse* use = one ? map.use(map.ranges[range].value) : nullptr;
      if (use && !lines.empty() && lines.back().low == use)
        lines.back().end = end;
      else
        lines.push_back({first, end, use});
    }
    for (Line& line : lines)
      if (line.end - line.first <= in_row) line.low = nullptr;
    return lines;
  }

  // As many cells a row as fit, a power of two; as few frames a cell as the height allows.
  void cells(float height) {
    const ImVec2 cell{text_size(look.fonts.mono, "0").x + look.px(2), look.fonts.mono->FontSize + look.px(3)};
    const float label = text_size(look.fonts.mono, "0x00000000").x + look.px(8);
    const float room = ImGui::GetContentRegionAvail().x - label;
    std::uint64_t columns = 8;
    while (static_cast<float>(columns * 2) * cell.x <= room && columns < 256) columns *= 2;
    std::uint64_t each = 1;
    while (map.values.size() / (each * columns) > 2048) each *= 2;
    std::vector<Line> lines = plan(each * columns);
    while (static_cast<float>(lines.size()) * cell.y > height && lines.size() > 2)
      lines = plan((each *= 2) * columns);

    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float width = cell.x * static_cast<float>(columns);
    ImDrawList* list = ImGui::GetWindowDrawList();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      Line& line = lines[i];
      line.y = start.y + static_cast<float>(i) * cell.y;
      number_at(list, look, {start.x, line.y}, hex32(static_cast<std::uint32_t>(line.first * kFrameBytes)),
                look.theme.muted);
      if (line.low) {
        low_line(list, line, {start.x + label, line.y}, {width, cell.y});
        continue;
      }
      for (std::uint64_t at = line.first; at < line.end; at += each)
        draw_cell(list, at, each,
                  {start.x + label + static_cast<float>((at - line.first) / each) * cell.x, line.y}, cell);
    }
    ImGui::InvisibleButton("cells",
                           {label + width, std::max(1.0f, cell.y * static_cast<float>(lines.size()))});
    under_mouse(lines, {start.x + label, start.y}, cell, each);
    paragraph(look, look.fonts.small, look.theme.muted,
              each == 1 ? "A cell is a frame."
                        : fmt::format("A cell is {}; a small letter has other frames beside its own.",
                                      bytes_words(each * kFrameBytes)));
  }

  // Of the button over all cells.
  void under_mouse(const std::vector<Line>& lines, ImVec2 start, ImVec2 cell, std::uint64_t each) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const auto line =
        std::ranges::find_if(lines, [&](const Line& l) { return mouse.y >= l.y && mouse.y < l.y + cell.y; });
    if (ImGui::IsItemHovered() && line != lines.end() && mouse.x >= start.x) {
      const std::uint64_t under =
          line->low ? line->first
                    : line->first + static_cast<std::uint64_t>((mouse.x - start.x) / cell.x) * each;
      if (under < line->end) {
        tooltip(look, words_of(under, line->low ? line->end - line->first : each));
        if (ImGui::IsMouseClicked(1)) state.frames.asked = under;
      }
    }
    if (ImGui::BeginPopupContextItem("menu")) {
      caption(look, fmt::format("what the map says of the frame at {:#x}", state.frames.asked * kFrameBytes));
      ask_items(asked_of(RowSource{RowSource::Kind::linear, map.map_at + state.frames.asked, 1}), commands);
      ImGui::EndPopup();
    }
  }

  void low_line(ImDrawList* list, const Line& line, ImVec2 at, ImVec2 size) {
    const std::string words =
        fmt::format("{} {}", bytes_words((line.end - line.first) * kFrameBytes), line.low->name);
    const float middle = std::floor(at.y + size.y / 2), length = text_size(look.fonts.small, words).x;
    const float left = at.x + std::max(0.0f, (size.x - length) / 2);
    const ImU32 ink = colour_of(*line.low);
    const auto rule = [&](float from, float to) {
      if (to > from) list->AddRectFilled({from, middle}, {to, middle + look.px(1)}, ink);
    };
    rule(at.x, left - look.px(8));
    rule(left + length + look.px(8), at.x + size.x);
    text_at(list, look.fonts.small, {left, at.y}, look.theme.muted, words);
  }

  void draw_cell(ImDrawList* list, std::uint64_t first, std::uint64_t each, ImVec2 at, ImVec2 size) {
    const FrameCell cell = frame_cell(map, first, std::min<std::uint64_t>(first + each, map.values.size()));
    const ImU32 ink = cell.use ? colour_of(*cell.use) : look.theme.fault;
    const bool taken = !cell.use || (cell.use->letter != '.' && cell.use->letter != '-');
    if (taken)
      list->AddRectFilled(at, {at.x + size.x - 1, at.y + size.y - 1},
                          mix(look.theme.panel, ink, cell.whole ? 0.45f : 0.2f), look.px(1));
    const int age = state.changes.age(fmt::format("frames/{}/{}", each, first), cell.sum);
    const char letter = cell.letter();
    text_at(list, look.fonts.mono, {at.x + look.px(1), at.y},
            changed_colour(look.theme, age, taken ? ink : look.theme.faint), std::string_view(&letter, 1));
    if (age >= 0) list->AddRect(at, {at.x + size.x, at.y + size.y}, look.theme.changed, look.px(1));
  }

  std::string words_of(std::uint64_t first, std::uint64_t each) const {
    const std::uint64_t end = std::min<std::uint64_t>(first + each, map.values.size());
    std::string words = end - first == 1
                            ? fmt::format("the frame at {:#x}", first * kFrameBytes)
                            : fmt::format("{} frames from {:#x} on", end - first, first * kFrameBytes);
    for (const FrameUse& use : map.uses) {
      const auto from = map.values.begin() + static_cast<std::ptrdiff_t>(first);
      const auto here = std::count(from, from + static_cast<std::ptrdiff_t>(end - first), use.value);
      if (here) words += fmt::format("\n{} {}", here, use.name);
    }
    return words;
  }

  // The letters, and how much each use has.
  void uses() {
    for (const FrameUse& use : map.uses) {
      const std::string number = with_commas(use.frames);
      const int age = state.changes.age(fmt::format("frames/{}", use.name), number);
      const float width =
          text_size(look.fonts.mono, "I " + number).x + look.px(16) + text_size(look.fonts.small, use.name).x;
      if (&use != map.uses.data()) beside_if_room(look, width, 16);
      text(look.fonts.mono, colour_of(use), std::string_view(&use.letter, 1));
      ImGui::SameLine(0, look.px(4));
      caption(look, use.name);
      ImGui::SameLine(0, look.px(4));
      text(look.fonts.mono, changed_colour(look.theme, age, use.frames ? look.theme.text : look.theme.faint),
           number);
    }
  }
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  if (!view.frames) {
    nothing_yet(look, "Nothing to show yet.");
    return;
  }
  const FrameMap& map = *view.frames;
  if (!map.trouble.empty()) {
    nothing_yet(look, map.trouble);
    return;
  }
  Drawing d{state, view, map, commands};
  paragraph(look, look.fonts.body, look.theme.text, frame_words(map));
  for (const FrameDefect& defect : map.defects) {
    text(look.fonts.small, look.theme.fault, shape(Meaning::fault));
    ImGui::SameLine(0, look.px(4));
    link(look, view, hex64(defect.at), Link::linear, defect.at, look.theme.fault, look.fonts.mono, commands,
         asked_of(RowSource{RowSource::Kind::linear, defect.at, defect.bytes}));
    paragraph(look, look.fonts.small, look.theme.text, defect.what + ".");
    if (&defect - map.defects.data() == 3) break;  // the command line lists all of them
  }
  ImGui::Dummy({0, look.px(2)});
  d.uses();
  ImGui::Dummy({0, look.px(4)});
  d.cells(ImGui::GetContentRegionAvail().y * 0.6f);
  ImGui::Dummy({0, look.px(4)});
  if (const Table* ranges = view.table("frames")) draw_table(state, view, *ranges, {.note = false}, commands);
}

}  // namespace

const Panel frames_panel{
    .id = "frames",
    .title = "Frames",
    .help =
        "Physical memory in frames of 4 KiB, as the kernel has shared it out: each cell is a few frames, its "
        "letter says who has them. A point is free, a dash is not the kernel's to give. Below it the same as "
        "ranges.\n\n"
        "The mouse over a cell says what is in it; the right button asks who wrote that into the kernel's "
        "map. "
        "A triangle marks what cannot be right, such as a page table in a frame that is called free.",
    .draw = draw,
    .request =
        [](const PanelState&, ViewRequest& r) {
          r.frames = true;
          r.tables.push_back({"frames", ""});
        },
};

}  // namespace ringside
