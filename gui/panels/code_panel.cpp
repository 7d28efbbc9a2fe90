// SPDX-License-Identifier: GPL-2.0-or-later
// Source lines with the instructions that they became.
#include <fmt/format.h>

#include <algorithm>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

struct Drawing {
  PanelState& state;
  const MachineView& view;
  Commands& commands;
  const Look& look = state.look;
  float line = static_cast<float>(static_cast<int>(look.fonts.mono->FontSize * 1.38f));
  float gutter = look.px(36);

  void row(const ListingRow& row) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(ImGui::GetContentRegionAvail().x, look.px(120));
    ImDrawList* list = ImGui::GetWindowDrawList();
    const Rect all{at, {at.x + width, at.y + line}};
    ImGui::PushID(
        static_cast<int>(row.address.value ^ row.place.line << 16 ^ static_cast<unsigned>(row.kind) << 28));
    const bool clicked = ImGui::InvisibleButton("row", {width, line});
    const bool hovered = ImGui::IsItemHovered();
    const bool code = row.kind == ListingRow::Kind::instruction;
    const bool current = code && row.address.value == view.rip;
    const bool usable = code || row.kind == ListingRow::Kind::label || row.has_code;
    if (clicked && usable) {
      if (ImGui::GetIO().MousePos.x < at.x + gutter)
        commands.push_back(DoToggleBreakpoint{row.address});
      else
        state.listing.cursor = row.address.value;
    }
    if (clicked && ImGui::IsMouseDoubleClicked(0) && row.instruction.target)
      commands.push_back(ShowCode{row.instruction.target->value});
    if (current)
      list->AddRectFilled(all.from, all.to, mix(look.theme.panel, look.theme.now, 0.14f), look.px(2));
    else if (hovered && usable)
      list->AddRectFilled(all.from, all.to, look.theme.raised, look.px(2));
    if (code && row.address.value == state.listing.cursor)
      list->AddRect(all.from, all.to, look.theme.line, look.px(2));
    const float text_y = at.y + static_cast<float>(static_cast<int>((line - look.fonts.mono->FontSize) / 2));
    marks(row, {at.x, text_y}, hovered && usable, current);
    list->PushClipRect(all.from, all.to, true);
    switch (row.kind) {
      case ListingRow::Kind::source: source(row, {at.x, text_y}, all.to.x); break;
      case ListingRow::Kind::label:
        text_at(list, look.fonts.mono, {at.x + gutter, text_y}, look.theme.interrupt,
                elide(look.fonts.mono, row.text + ":", width - gutter));
        break;
      case ListingRow::Kind::instruction: instruction(row, {at.x, text_y}, all.to.x, current); break;
      case ListingRow::Kind::unreadable:
        text_at(list, look.fonts.small, {at.x + gutter, text_y}, look.theme.faint,
                "nothing is mapped from here on");
        break;
    }
    list->PopClipRect();
    if (ImGui::BeginPopupContextItem("menu")) {
      const bool set = has_breakpoint(row);
      if (ImGui::MenuItem("Run to here", "Ctrl+F10")) commands.push_back(DoRunTo{row.address});
      if (ImGui::MenuItem(set ? "Remove breakpoint" : "Breakpoint", "F9"))
        commands.push_back(DoToggleBreakpoint{row.address});
      if (row.instruction.target && ImGui::MenuItem("Show the target"))
        commands.push_back(ShowCode{row.instruction.target->value});
      if (ImGui::MenuItem("Show in memory")) commands.push_back(ShowMemory{row.address.value});
      if (ImGui::MenuItem("Copy"))
        commands.push_back(CopyText{code ? ringside::text(row.instruction) : row.text});
      ImGui::EndPopup();
    }
    ImGui::PopID();
  }

  bool has_breakpoint(const ListingRow& row) const {
    return row.kind == ListingRow::Kind::instruction &&
           std::ranges::any_of(view.breakpoints,
                               [&](const Breakpoint& b) { return b.enabled && b.address == row.address; });
  }

  // In the gutter: where the processor is, and where it will stop.
  void marks(const ListingRow& row, ImVec2 at, bool hovered, bool current) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const bool in_gutter = hovered && ImGui::GetIO().MousePos.x < at.x + gutter;
    const bool set = has_breakpoint(row);
    if (set || in_gutter)
      list->AddCircleFilled({at.x + look.px(7), at.y + look.fonts.mono->FontSize / 2}, look.px(4),
                            set ? look.theme.fault : with_alpha(look.theme.fault, 0.35f));
    if (current)
      text_at(list, look.fonts.mono, {at.x + look.px(18), at.y}, look.theme.now, shape(Meaning::now));
  }

  void source(const ListingRow& row, ImVec2 at, float right) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const std::string number = fmt::format("{:>4}", row.place.line);
    text_at(list, look.fonts.mono, {at.x + gutter, at.y}, look.theme.faint, number);
    const float x = at.x + gutter + text_size(look.fonts.mono, "00000 ").x;
    text_at(list, look.fonts.mono, {x, at.y}, row.has_code ? look.theme.text : look.theme.muted,
            elide(look.fonts.mono, row.text, right - x));
  }

  void instruction(const ListingRow& row, ImVec2 at, float right, bool current) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImU32 whisper = mix(look.theme.panel, look.theme.faint, 0.75f);
    float x = at.x + gutter + text_size(look.fonts.mono, "  ").x;
    // The upper half of an address is the same on every line; the tooltip of a link shows it whole.
    text_at(list, look.fonts.mono, {x, at.y}, whisper, fmt::format("{:08x}", row.address.value & 0xFFFFFFFF));
    x += text_size(look.fonts.mono, "00000000  ").x;
    if (right - at.x > look.px(620)) {
      std::string bytes;
      for (unsigned i = 0; i < row.instruction.size; ++i)
        bytes += fmt::format("{}{:02x}", i ? " " : "", row.instruction.bytes[i]);
      text_at(list, look.fonts.mono, {x, at.y}, whisper, elide(look.fonts.mono, bytes, look.px(168)));
      x += look.px(176);
    }
    const std::string words = ringside::text(row.instruction);
    text_at(list, look.fonts.mono, {x, at.y}, current ? look.theme.now : look.theme.muted,
            elide(look.fonts.mono, words, right - x));
    x += text_size(look.fonts.mono, words).x + look.px(12);
    if (!row.target_name.empty() && right - x > look.px(40))
      text_at(list, look.fonts.mono, {x, at.y}, look.theme.faint,
              elide(look.fonts.mono, "\u2192 " + row.target_name, right - x));
  }
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  const Listing& listing = view.listing;
  if (listing.rows.empty()) {
    nothing_yet(look, view.state == RunState::running ? "The machine runs. Pause it to see where it is."
                                                      : "No code is readable here.");
    return;
  }
  const std::string where = listing.file.empty()       ? listing.function
                            : listing.function.empty() ? listing.file
                                                       : listing.file + "  \u00b7  " + listing.function;
  const ButtonText back{.id = "back", .label = "back to RIP"};
  const bool away = state.listing.code_address != 0;
  const float room = ImGui::GetContentRegionAvail().x - (away ? button_width(look, back) + look.px(8) : 0);
  text(look.fonts.small, look.theme.text, elide(look.fonts.small, where, room));
  if (away) {
    ImGui::SameLine();
    if (button(look, back, look.fonts.body->FontSize + look.px(4), ButtonKind::chosen))
      commands.push_back(ShowCode{0});
  }
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  if (ImGui::BeginChild("rows", {0, 0}, false, ImGuiWindowFlags_NoNav)) {
    Drawing d{state, view, commands};
    const std::uint64_t focus = state.listing.code_address ? state.listing.code_address : view.rip;
    const auto focus_row = std::ranges::find_if(listing.rows, [&](const ListingRow& row) {
      return row.kind == ListingRow::Kind::instruction && row.address.value == focus;
    });
    // Keeps still while the line is in sight; else brings it to a third of the height. The listing around a
    // new place comes some frames after it was asked for.
    if (state.listing.scrolled_for != focus && focus_row != listing.rows.end()) {
      const float y = static_cast<float>(focus_row - listing.rows.begin()) * d.line;
      const float height = ImGui::GetWindowHeight(), scroll = ImGui::GetScrollY();
      if (y < scroll + d.line || y > scroll + height - 3 * d.line)
        ImGui::SetScrollY(std::max(0.0f, y - height / 3));
      state.listing.scrolled_for = focus;
    }
    for (const ListingRow& row : listing.rows) d.row(row);
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

void request(const PanelState& state, ViewRequest& r) {
  r.listing = true;
  r.code_address = state.listing.code_address;
}

}  // namespace

const Panel code_panel{
    .id = "code",
    .title = "Source and disassembly",
    .help =
        "The kernel's source, and under each line the machine instructions that the compiler made of it. The "
        "arrow stands at the "
        "instruction that runs next.\n\n"
        "A click in the margin, or F9, sets a breakpoint: the machine stops before that instruction. A click "
        "on a line chooses it, "
        "Ctrl+F10 runs to it. A double click on a jump or call shows where it leads.",
    .draw = draw,
    .request = request,
};

}  // namespace ringside
