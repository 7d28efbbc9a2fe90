// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's text screen: 80 x 25 cells at a whole multiple of 8 x 16 pixels.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gui/panels/panels.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

using Colours = std::array<ImU32, 16>;

Colours colours(const MachineView& view) {
  Colours c{};
  for (std::size_t i = 0; i < c.size(); ++i)
    c[i] = IM_COL32(view.palette[i].red, view.palette[i].green, view.palette[i].blue, 255);
  return c;
}

// Blank, NUL and no-break space show nothing.
bool shows_nothing(std::uint8_t glyph) { return glyph == 0 || glyph == ' ' || glyph == 0xFF; }

// Neighbours of one colour become one rectangle: a screen of one background is one rectangle a row, not 80.
void draw_backgrounds(ImDrawList* list, const ScreenText& screen, const Colours& ink, ImVec2 at, float w,
                      float h) {
  for (unsigned row = 0; row < kTextRows; ++row)
    for (unsigned column = 0; column < kTextColumns;) {
      const unsigned ground = screen.rows[row][column].background;
      unsigned end = column + 1;
      while (end < kTextColumns && screen.rows[row][end].background == ground) ++end;
      list->AddRectFilled({at.x + static_cast<float>(column) * w, at.y + static_cast<float>(row) * h},
                          {at.x + static_cast<float>(end) * w, at.y + static_cast<float>(row + 1) * h},
                          ink[ground]);
      column = end;
    }
}

void draw_glyphs(ImDrawList* list, const Fonts& fonts, const ScreenText& screen, const Colours& ink,
                 bool blink_on, ImVec2 at, float w, float h) {
  list->PushTextureID(ImGui::GetIO().Fonts->TexID);
  for (unsigned row = 0; row < kTextRows; ++row)
    for (unsigned column = 0; column < kTextColumns; ++column) {
      const TextCell cell = screen.rows[row][column];
      if (shows_nothing(cell.character) || (cell.blink && !blink_on)) continue;
      const ImVec2 from{at.x + static_cast<float>(column) * w, at.y + static_cast<float>(row) * h};
      const CellUv& uv = fonts.cells[cell.character];
      list->PrimReserve(6, 4);
      list->PrimRectUV(from, {from.x + w, from.y + h}, uv.from, uv.to, ink[cell.foreground]);
    }
  list->PopTextureID();
}

void draw_cursor(ImDrawList* list, const Fonts& fonts, const ScreenText& screen, const Colours& ink,
                 ImVec2 at, float w, float h) {
  const TextCursor& c = *screen.cursor;
  const TextCell cell = screen.rows[c.at.row][c.at.column];
  const float x = at.x + static_cast<float>(c.at.column) * w, y = at.y + static_cast<float>(c.at.row) * h;
  const float line = static_cast<float>(fonts.cell_scale);
  const auto last = static_cast<float>(std::min(c.last_line + 1, static_cast<unsigned>(kCellHeight)));
  list->AddRectFilled({x, y + static_cast<float>(c.first_line) * line}, {x + w, y + last * line},
                      ink[cell.foreground]);
}

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  const float w = static_cast<float>(kCellWidth * look.fonts.cell_scale),
              h = static_cast<float>(kCellHeight * look.fonts.cell_scale);
  const ImVec2 size{w * kTextColumns, h * kTextRows}, room = ImGui::GetContentRegionAvail();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  // Whole pixels: a cell between two pixels would blur.
  const auto centred = [](float from, float space, float used) {
    return static_cast<float>(static_cast<int>(from + std::max(0.0f, (space - used) / 2)));
  };
  // In the middle where there is room to spare, else at the top; the ring around it needs its own two pixels.
  const float ring = look.px(2), spare = room.y - size.y;
  const ImVec2 at{centred(start.x, room.x, size.x),
                  start.y + (spare > look.px(48) ? static_cast<float>(static_cast<int>(spare / 2)) : ring)};
  ImGui::SetCursorScreenPos(at);
  if (ImGui::InvisibleButton("guest screen", size)) state.screen.focused = true;
  if (ImGui::IsItemClicked(1)) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    state.screen.asked_row =
        std::clamp(static_cast<int>((mouse.y - at.y) / h), 0, static_cast<int>(kTextRows) - 1);
    state.screen.asked_column =
        std::clamp(static_cast<int>((mouse.x - at.x) / w), 0, static_cast<int>(kTextColumns) - 1);
  }
  const bool hovered = ImGui::IsItemHovered();
  if (ImGui::BeginPopupContextItem("cell")) {
    const int row = state.screen.asked_row, column = state.screen.asked_column;
    caption(look, fmt::format("the cell in row {}, column {}", row, column));
    ask_items({fmt::format("cell {} {}", row, column), "it"}, commands);
    ImGui::EndPopup();
  }
  if (ImGui::IsMouseClicked(0) && !hovered) state.screen.focused = false;
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);

  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled({at.x - ring, at.y - ring}, {at.x + size.x + ring, at.y + size.y + ring},
                      IM_COL32_BLACK, look.px(2));
  if (view.screen.display_on) {
    const Colours ink = colours(view);
    draw_backgrounds(list, view.screen, ink, at, w, h);
    draw_glyphs(list, look.fonts, view.screen, ink, state.screen.blink_on, at, w, h);
    if (view.screen.cursor && state.screen.cursor_on)
      draw_cursor(list, look.fonts, view.screen, ink, at, w, h);
  }
  list->AddRect({at.x - ring, at.y - ring}, {at.x + size.x + ring, at.y + size.y + ring},
                state.screen.focused ? look.theme.interrupt : look.theme.line, look.px(2), 0,
                state.screen.focused ? ring : look.px(1));
}

}  // namespace

const Panel screen_panel{
    .id = "screen",
    .title = "Screen",
    .help =
        "What the guest's kernel has written into the text memory of its VGA, at physical address 0xB8000: "
        "80 by 25 cells of two "
        "bytes, a character and its colours.\n\n"
        "Click into it to type: every key then goes to the guest's keyboard controller as it would on a PC. "
        "The right Ctrl key, or "
        "a click anywhere else, takes the keyboard back.",
    .draw = draw,
    .request = nullptr,
    .sideways = true,
};

}  // namespace ringside
