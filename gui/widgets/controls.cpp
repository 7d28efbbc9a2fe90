// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/widgets/controls.h"

#include <algorithm>
#include <vector>

#include "gui/widgets/text.h"

namespace ringside {
namespace {

struct Ink {
  ImU32 ground, text;
};

Ink ink_of(const Theme& theme, ButtonKind kind, bool enabled, bool hovered, bool held) {
  const float lift = !enabled ? 0.0f : held ? 0.20f : hovered ? 0.10f : 0.0f;
  if (kind == ButtonKind::primary) return {mix(theme.text, theme.panel, enabled ? lift : 0.6f), theme.panel};
  const ImU32 text = enabled ? theme.text : mix(theme.panel, theme.faint, 0.6f);
  if (kind == ButtonKind::quiet)
    return {lift > 0 ? mix(theme.panel, theme.text, lift) : 0, hovered && enabled ? theme.text : theme.muted};
  if (kind == ButtonKind::chosen) return {mix(theme.raised, theme.text, 0.16f + lift), theme.text};
  return {mix(theme.raised, theme.text, lift), text};
}

float width_in(const Look& look, const ImFont* font, const ButtonText& words) {
  const float icon = *words.icon ? text_size(font, words.icon).x : 0;
  const float label = *words.label ? text_size(font, words.label).x : 0;
  return icon + label + (icon > 0 && label > 0 ? look.px(6) : 0) + 2 * look.px(*words.label ? 10 : 8);
}

bool button_in(const Look& look, ImFont* font, const ButtonText& words, float height, ButtonKind kind,
               bool enabled) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), size{width_in(look, font, words), height};
  const bool clicked = ImGui::InvisibleButton(words.id, size) && enabled;
  const bool hovered = ImGui::IsItemHovered();
  if (hovered && *words.tooltip) tooltip(look, words.tooltip);
  const Ink ink = ink_of(look.theme, kind, enabled, hovered, ImGui::IsItemActive());
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (ink.ground) list->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ink.ground, look.px(4));
  ImVec2 pen{at.x + look.px(*words.label ? 10 : 8),
             at.y + static_cast<float>(static_cast<int>((height - font->FontSize) / 2))};
  if (*words.icon) {
    text_at(list, font, pen, ink.text, words.icon);
    pen.x += text_size(font, words.icon).x + look.px(6);
  }
  if (*words.label) text_at(list, font, pen, ink.text, words.label);
  return clicked;
}

}  // namespace

float button_width(const Look& look, const ButtonText& words) {
  return width_in(look, look.fonts.body, words);
}
float small_button_width(const Look& look, const ButtonText& words) {
  return width_in(look, look.fonts.small, words);
}

bool button(const Look& look, const ButtonText& words, float height, ButtonKind kind, bool enabled) {
  return button_in(look, look.fonts.body, words, height, kind, enabled);
}
bool small_button(const Look& look, const ButtonText& words, float height, ButtonKind kind, bool enabled) {
  return button_in(look, look.fonts.small, words, height, kind, enabled);
}

void beside_if_room(const Look& look, float width, float gap) {
  const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  if (ImGui::GetItemRectMax().x + look.px(gap) + width <= right) ImGui::SameLine(0, look.px(gap));
}

int tabs(const Look& look, std::span<const char* const> titles, int chosen, float width, float height) {
  ImFont* font = look.fonts.small;
  const float pad = look.px(8);
  float needed = 0;
  for (const char* title : titles) needed += text_size(font, title).x + 2 * pad;
  ImDrawList* list = ImGui::GetWindowDrawList();
  int clicked = -1;
  if (needed > width) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const std::string shown = std::string(titles[chosen]) + "  \u25BE";
    if (ImGui::InvisibleButton("tab menu", {std::min(width, text_size(font, shown).x + 2 * pad), height}))
      ImGui::OpenPopup("tabs");
    text_at(list, font, {at.x + pad, at.y + (height - font->FontSize) / 2}, look.theme.text,
            elide(font, shown, width - 2 * pad));
    if (ImGui::BeginPopup("tabs")) {
      for (int i = 0; i < static_cast<int>(titles.size()); ++i)
        if (ImGui::MenuItem(titles[i], nullptr, i == chosen)) clicked = i;
      ImGui::EndPopup();
    }
    return clicked;
  }
  for (int i = 0; i < static_cast<int>(titles.size()); ++i) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size{text_size(font, titles[i]).x + 2 * pad, height};
    ImGui::PushID(i);
    if (ImGui::InvisibleButton("tab", size)) clicked = i;
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    text_at(list, font,
            {at.x + pad, at.y + static_cast<float>(static_cast<int>((height - font->FontSize) / 2))},
            i == chosen || hovered ? look.theme.text : look.theme.muted, titles[i]);
    if (i == chosen)
      list->AddRectFilled({at.x + pad, at.y + height - look.px(2)}, {at.x + size.x - pad, at.y + height},
                          look.theme.text);
    ImGui::SameLine(0, 0);
  }
  return clicked;
}

// Three plain rectangles and four small corners instead of one large polygon: in software, a polygon of that
// size costs more than all the text on it.
void tile_ground(const Look& look, const Rect& at) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float r = look.px(4);
  const ImVec2 from = at.from, to = at.to;
  const ImU32 ink = look.theme.panel;
  list->AddRectFilled({from.x + r, from.y}, {to.x - r, to.y}, ink);
  list->AddRectFilled({from.x, from.y + r}, {from.x + r, to.y - r}, ink);
  list->AddRectFilled({to.x - r, from.y + r}, {to.x, to.y - r}, ink);
  const auto corner = [&](ImVec2 centre, int first_twelfth) {
    list->PathLineTo(centre);
    list->PathArcToFast(centre, r, first_twelfth, first_twelfth + 3);
    list->PathFillConvex(ink);
  };
  corner({from.x + r, from.y + r}, 6);
  corner({to.x - r, from.y + r}, 9);
  corner({to.x - r, to.y - r}, 0);
  corner({from.x + r, to.y - r}, 3);
}

}  // namespace ringside
