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

void draw_cell(PanelState& state, const MachineView& view, const Cell& cell, bool code, bool right, int age,
               Commands& commands) {
  const Look& look = state.look;
  ImFont* font = code ? look.fonts.mono : look.fonts.small;
  ImU32 ink = changed_colour(look.theme, age, colour(look.theme, cell.tone));
  std::string_view mark = age >= 0 ? shape(Meaning::changed) : shape(cell.tone);
  const float mark_width = mark.empty() ? 0 : text_size(font, mark).x + look.px(2);
  const float width = text_size(font, cell.text).x + mark_width, room = ImGui::GetContentRegionAvail().x;
  if (right && width < room) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room - width);
  if (!mark.empty()) {
    text(font, age >= 0 ? with_alpha(look.theme.changed, 1 - static_cast<float>(age) / kChangeStops) : ink,
         mark);
    ImGui::SameLine(0, look.px(2));
  }
  const bool cut = width > room + 1;
  const std::string shown = cut ? elide(font, cell.text, room - mark_width) : cell.text;
  if (code && cell.link == Link::none && cell.text.starts_with("0x"))
    number(look, shown, ink);
  else
    link(look, view, shown, cell.link, cell.target, ink, font, commands);
  if (cut && cell.link == Link::none && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", cell.text.c_str());
}

}  // namespace

void draw_table(PanelState& state, const MachineView& view, const Table& table, const TableOptions& options,
                Commands& commands) {
  const Look& look = state.look;
  if (options.note && !table.note.empty()) {
    paragraph(look, look.fonts.small, look.theme.muted, table.note);
    ImGui::Dummy({0, look.px(2)});
  }
  const int columns = static_cast<int>(table.columns.size());
  if (columns == 0) return;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (passes(table.rows[i], options.filter)) rows.push_back(i);

  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY |
                                     ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_NoSavedSettings |
                                     ImGuiTableFlags_BordersInnerH |
                                     ImGuiTableFlags_NoBordersInBodyUntilResize | ImGuiTableFlags_PadOuterX;
  ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {look.px(6), look.px(2)});
  if (ImGui::BeginTable(table.name.c_str(), columns, kFlags & ~ImGuiTableFlags_PadOuterX)) {
    std::vector<bool> code(table.columns.size());
    for (int c = 0; c < columns; ++c) {
      code[c] = is_code(table, c);
      // Widths from all rows, not only from those in sight, so that nothing jumps while scrolling.
      float width = text_size(look.fonts.small, table.columns[c].heading).x;
      ImFont* font = code[c] ? look.fonts.mono : look.fonts.small;
      for (const std::size_t i : rows)
        if (static_cast<std::size_t>(c) < table.rows[i].cells.size()) {
          const Cell& cell = table.rows[i].cells[c];
          const float mark = *shape(cell.tone) ? look.fonts.mono->FontSize : 0;
          width = std::max(width, text_size(font, cell.text).x + mark);
        }
      ImGui::TableSetupColumn(table.columns[c].heading.c_str(), ImGuiTableColumnFlags_WidthFixed,
                              width + look.px(2));
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableNextRow();
    for (int c = 0; c < columns; ++c) {
      ImGui::TableSetColumnIndex(c);
      const std::string& heading = table.columns[c].heading;
      if (table.columns[c].right)
        ImGui::SetCursorPosX(
            ImGui::GetCursorPosX() +
            std::max(0.0f, ImGui::GetContentRegionAvail().x - text_size(look.fonts.small, heading).x));
      text(look.fonts.small, look.theme.muted, heading);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows.size()));
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const Row& row = table.rows[rows[i]];
        ImGui::TableNextRow();
        if (rows[i] == options.lit_row) ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, look.theme.raised);
        for (int c = 0; c < columns && static_cast<std::size_t>(c) < row.cells.size(); ++c) {
          ImGui::TableSetColumnIndex(c);
          const Cell& cell = row.cells[c];
          const int age =
              options.mark_changes && c > 0
                  ? state.changes.age(table.name + '/' + row.key + '/' + table.columns[c].heading, cell.text)
                  : -1;
          draw_cell(state, view, cell, code[c], table.columns[c].right, age, commands);
        }
      }
    if (options.newest_last && ImGui::GetScrollY() >= ImGui::GetScrollMaxY() - look.px(4))
      ImGui::SetScrollHereY(1);
    ImGui::EndTable();
  }
  ImGui::PopStyleVar();
}

}  // namespace ringside
