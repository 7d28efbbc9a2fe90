// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr std::size_t kBytesPerRow = 16;

void draw_row(PanelState& state, const MachineView& view, std::size_t from, Commands& commands) {
  const Look& look = state.look;
  const MemoryView& memory = view.memory;
  const std::uint64_t address = memory.address + from;
  link(look, view, hex64(address), Link::linear, address, look.theme.muted, look.fonts.mono, commands);
  ImGui::SameLine(0, look.px(12));
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float digit = text_size(look.fonts.mono, "0").x;
  ImDrawList* list = ImGui::GetWindowDrawList();
  float x = start.x;
  std::string letters;
  for (std::size_t i = 0; i < kBytesPerRow && from + i < memory.bytes.size(); ++i) {
    const std::uint16_t byte = memory.bytes[from + i];
    const int age = state.changes.age(fmt::format("memory/{:x}", address + i), byte);
    const ImU32 base = byte == kUnmappedByte ? look.theme.faint
                       : byte == 0           ? mix(look.theme.panel, look.theme.faint, 0.75f)
                                             : look.theme.text;
    if (i == 8) x += digit;
    text_at(list, look.fonts.mono, {x, start.y}, changed_colour(look.theme, age, base),
            byte == kUnmappedByte ? "--" : fmt::format("{:02x}", byte));
    if (age >= 0)
      list->AddLine({x, start.y + look.fonts.mono->FontSize},
                    {x + 2 * digit, start.y + look.fonts.mono->FontSize}, look.theme.changed, look.px(1));
    x += digit * 2.6f;
    letters += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : byte == kUnmappedByte ? ' ' : '.';
  }
  text_at(list, look.fonts.mono, {x + digit, start.y}, look.theme.muted, letters);
  ImGui::PushID(static_cast<int>(from));
  ImGui::InvisibleButton("row", {x + digit * 18 - start.x, look.fonts.mono->FontSize});
  if (ImGui::IsItemClicked(1)) {
    // The byte under the mouse; a wider gap stands in the middle of the row.
    const float along = (ImGui::GetIO().MousePos.x - start.x) / digit;
    const float before_gap = along < 8 * 2.6f + 0.5f ? along : along - 1;
    state.memory.asked = address + static_cast<std::uint64_t>(std::clamp(before_gap / 2.6f, 0.0f, 15.0f));
  }
  if (ImGui::BeginPopupContextItem("menu")) {
    const std::uint64_t word = state.memory.asked & ~std::uint64_t{7};
    caption(look, hex64(state.memory.asked));
    ask_items(asked_of({RowSource::Kind::linear, state.memory.asked, 1}), commands);
    ask_items(asked_of({RowSource::Kind::linear, word, 8}), commands);
    ImGui::EndPopup();
  }
  ImGui::PopID();
}

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  ImGui::PushFont(look.fonts.mono);
  ImGui::SetNextItemWidth(text_size(look.fonts.mono, "0x0000'0000'0000'0000").x + look.px(24));
  if (ImGui::InputTextWithHint("##address", "address or symbol", state.memory.address.data(),
                               state.memory.address.size(), ImGuiInputTextFlags_EnterReturnsTrue)) {
    std::string words(state.memory.address.data());
    std::erase(words, '\'');
    if (view.symbols)
      if (const auto found = view.symbols->resolve(words)) {
        state.memory.chosen = true;
        state.memory.shown = found->value;
      }
  }
  const float height = ImGui::GetItemRectSize().y;
  ImGui::PopFont();
  const auto beside = [&](const ButtonText& words, ButtonKind kind) {
    beside_if_room(look, button_width(look, words));
    return button(look, words, height, kind);
  };
  if (beside({.id = "rsp", .label = "RSP", .tooltip = "Follow the stack pointer"},
             state.memory.chosen ? ButtonKind::plain : ButtonKind::chosen))
    state.memory.chosen = false;
  if (beside({.id = "back", .icon = "\u2191", .tooltip = "Earlier bytes"}, ButtonKind::plain)) {
    state.memory.chosen = true;
    state.memory.shown = view.memory.address - 0x100;
  }
  if (beside({.id = "on", .icon = "\u2193", .tooltip = "Later bytes"}, ButtonKind::plain)) {
    state.memory.chosen = true;
    state.memory.shown = view.memory.address + 0x100;
  }
  ImGui::Dummy({0, look.px(2)});
  if (view.memory.bytes.empty()) {
    nothing_yet(look, "No bytes to show yet.");
    return;
  }
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, look.px(2)});
  if (ImGui::BeginChild("bytes", {0, 0}, false,
                        ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoNav))
    for (std::size_t from = 0; from < view.memory.bytes.size(); from += kBytesPerRow)
      draw_row(state, view, from, commands);
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

void request(const PanelState& state, ViewRequest& r) {
  r.memory = true;
  if (state.memory.chosen) r.memory_address = state.memory.shown;
}

}  // namespace

const Panel memory_panel{
    .id = "memory",
    .title = "Memory",
    .help =
        "Bytes of memory as the processor sees them now, by linear address, sixteen a row; -- where nothing "
        "is mapped. Type an "
        "address or a symbol, or follow the stack pointer. Bytes that the last steps changed are underlined.",
    .draw = draw,
    .request = request,
};

}  // namespace ringside
