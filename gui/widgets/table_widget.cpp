// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/widgets/table_widget.h"

#include <algorithm>
#include <cctype>

#include "gui/widgets/text.h"

namespace ringside {
namespace {

bool contains(std::string_view words, std::string_view part) {
  return std::search(words.begin(), words.end(), part.begin(), part.end(),
                     [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }) !=
         words.end();
}

bool passes(const Row& row, std::string_view filter) {
  return filter.empty() ||
         std::ranges::any_of(row.cells, [&](const Cell& c) { return contains(c.text, filter); });
}

// Numbers and names of code are set in mono, a whole column at a time, so that its digits line up.
bool is_code(const Table& table, std::size_t column) {
  if (table.columns[column].right) return true;
  return std::ranges::any_of(table.rows, [&](const Row& row) {
    return column < row.cells.size() &&
           (row.cells[column].link != Link::none || row.cells[column].text.starts_with("0x"));
  });
}

// A column as it is drawn: which of the table's it is, its font, and the width of its widest cell.
struct Shown {
  std::size_t index;
  bool code;
  float width;
};

std::vector<Shown> shown_columns(const Look& look, const Table& table, const std::vector<std::size_t>& rows,
                                 const TableOptions& options) {
  std::vector<std::size_t> order;
  if (options.columns.empty())
    for (std::size_t c = 0; c < table.columns.size(); ++c) order.push_back(c);
  for (const std::string_view heading : options.columns)
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (table.columns[c].heading == heading) order.push_back(c);
  std::vector<Shown> shown;
  for (const std::size_t c : order) {
    Shown column{c, is_code(table, c), text_size(look.fonts.small, table.columns[c].heading).x};
    ImFont* font = column.code ? look.fonts.mono : look.fonts.small;
    // From all rows, not only from those in sight, so that nothing jumps while scrolling; with room for a
    // mark.
    for (const std::size_t i : rows) {
      if (c >= table.rows[i].cells.size()) continue;
      const Cell& cell = table.rows[i].cells[c];
      const bool marked = *shape(cell.tone) || (options.mark_changes && c > 0 && !cell.text.empty());
      column.width =
          std::max(column.width, text_size(font, cell.text).x + (marked ? look.fonts.small->FontSize : 0));
    }
    column.width += look.px(2);
    shown.push_back(column);
  }
  return shown;
}

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const Table& table;
  const TableOptions& options;
  Commands& commands;
  const Look& look = state.look;

  void heading(const Shown& column) {
    const Column& c = table.columns[column.index];
    const float spare = ImGui::GetContentRegionAvail().x - text_size(look.fonts.small, c.heading).x;
    if (c.right && spare > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + spare);
    text(look.fonts.small, look.theme.muted, c.heading);
  }

  void cell(const Row& row, const Shown& column) {
    const Cell& c = row.cells[column.index];
    const bool right = table.columns[column.index].right;
    int age = -1;
    if (options.mark_changes && column.index > 0)
      age = state.changes.age(table.name + '/' + row.key + '/' + table.columns[column.index].heading, c.text);
    ImFont* font = column.code ? look.fonts.mono : look.fonts.small;
    const ImU32 ink = changed_colour(look.theme, age, colour(look.theme, c.tone));
    const std::string_view mark = age >= 0 ? shape(Meaning::changed) : shape(c.tone);
    const ImU32 mark_ink =
        age >= 0 ? with_alpha(look.theme.changed, 1 - static_cast<float>(age) / kChangeStops) : ink;
    const float mark_width = mark.empty() ? 0 : text_size(look.fonts.small, mark).x + look.px(2);
    const float width = text_size(font, c.text).x + mark_width, room = ImGui::GetContentRegionAvail().x;
    if (right && width < room) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room - width);
    // A tone's shape stands before the words; a change's dot before a number, behind words, which then keep
    // their place.
    const bool before = right || age < 0;
    if (!mark.empty() && before) {
      text(look.fonts.small, mark_ink, mark);
      ImGui::SameLine(0, look.px(2));
    }
    const bool cut = width > room + 1;
    const std::string shown = cut ? elide(font, c.text, room - mark_width) : c.text;
    link(look, view, shown, c.link, c.target, ink, font, commands, asked_of(row.source));
    if (cut && c.link == Link::none && ImGui::IsItemHovered()) tooltip(look, c.text);
    if (!mark.empty() && !before) {
      ImGui::SameLine(0, look.px(2));
      text(look.fonts.small, mark_ink, mark);
    }
  }
};

}  // namespace

void draw_table(PanelState& state, const MachineView& view, const Table& table, const TableOptions& options,
                Commands& commands) {
  const Look& look = state.look;
  if (options.note && !table.note.empty()) {
    paragraph(look, look.fonts.small, look.theme.muted, table.note);
    ImGui::Dummy({0, look.px(2)});
  }
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (passes(table.rows[i], options.filter)) rows.push_back(i);
  const std::vector<Shown> columns = shown_columns(look, table, rows, options);
  if (columns.empty()) return;

  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY |
                                     ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_NoSavedSettings |
                                     ImGuiTableFlags_BordersInnerH |
                                     ImGuiTableFlags_NoBordersInBodyUntilResize;
  Drawing d{state, view, table, options, commands};
  ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {look.px(6), look.px(2)});
  const ImGuiTableFlags flags = options.fit ? kFlags & ~ImGuiTableFlags_ScrollX : kFlags;
  if (ImGui::BeginTable(table.name.c_str(), static_cast<int>(columns.size()), flags)) {
    for (const Shown& c : columns) {
      const bool stretch = options.fit && &c == &columns.back();
      ImGui::TableSetupColumn(table.columns[c.index].heading.c_str(),
                              stretch ? ImGuiTableColumnFlags_WidthStretch : ImGuiTableColumnFlags_WidthFixed,
                              stretch ? 1 : c.width);
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableNextRow();
    for (const Shown& c : columns) {
      ImGui::TableNextColumn();
      d.heading(c);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows.size()));
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const Row& row = table.rows[rows[static_cast<std::size_t>(i)]];
        ImGui::TableNextRow();
        for (const Shown& c : columns) {
          ImGui::TableNextColumn();
          if (c.index < row.cells.size()) d.cell(row, c);
        }
      }
    if (options.newest_last && ImGui::GetScrollY() >= ImGui::GetScrollMaxY() - look.px(4))
      ImGui::SetScrollHereY(1);
    ImGui::EndTable();
  }
  ImGui::PopStyleVar();
}

}  // namespace ringside
