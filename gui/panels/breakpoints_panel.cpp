// SPDX-License-Identifier: GPL-2.0-or-later
// Where the machine is to stop: every breakpoint and watchpoint, each in a row, and a row to add another.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

struct Kind {
  const char* words;    // on the button
  const char* command;  // what it is to a session
  const char* hint;     // what can stand behind it
};
constexpr std::array<Kind, 5> kKinds = {{
    {"stop at", "break ", "kernel_main, #pf, irq 1, mode, cr3"},
    {"store to", "watch store ", "0xb8000 2, SYMBOL, cell 0 0"},
    {"load of", "watch load ", "0xb8000 2, SYMBOL, cell 0 0"},
    {"access to", "watch access ", "0xb8000 2, SYMBOL, cell 0 0"},
    {"change of", "watch change ", "0xb8000 2, SYMBOL, cell 0 0"},
}};

template <std::size_t N>
bool field(const Look& look, const char* id, const char* hint, std::array<char, N>& words, float width) {
  ImGui::PushFont(look.fonts.mono);
  ImGui::SetNextItemWidth(width);
  const bool entered =
      ImGui::InputTextWithHint(id, hint, words.data(), words.size(), ImGuiInputTextFlags_EnterReturnsTrue);
  ImGui::PopFont();
  return entered;
}

void draw_new(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  BreakpointState& mine = state.breakpoints;
  const Kind& kind = kKinds[static_cast<std::size_t>(mine.kind)];
  ImGui::PushFont(look.fonts.mono);
  const float height = ImGui::GetFrameHeight();
  ImGui::PopFont();
  const float room = ImGui::GetContentRegionAvail().x;
  const std::string label = fmt::format("{} \u25BE", kind.words);
  const ButtonText choose{.id = "kind", .label = label.c_str(), .tooltip = "What is to stop the machine"};
  if (button(look, choose, height)) ImGui::OpenPopup("kinds");
  if (ImGui::BeginPopup("kinds")) {
    for (std::size_t i = 0; i < kKinds.size(); ++i)
      if (ImGui::MenuItem(kKinds[i].words, nullptr, static_cast<int>(i) == mine.kind))
        mine.kind = static_cast<int>(i);
    ImGui::EndPopup();
  }
  const ButtonText add{.id = "add", .label = "Add"};
  const float wide = std::min(room, look.px(260)), condition = std::min(room, look.px(180));
  beside_if_room(look, wide, 4);
  bool entered = field(look, "##where", kind.hint, mine.where, wide);
  beside_if_room(look, condition, 4);
  entered |= field(look, "##if", "if rax == 5 && hits > 3", mine.condition, condition);
  beside_if_room(look, button_width(look, add), 4);
  entered |= button(look, add, height, ButtonKind::plain, mine.where[0] != 0);
  if (entered && mine.where[0]) {
    std::string words = kind.command + std::string(mine.where.data());
    if (mine.condition[0]) words += " if " + std::string(mine.condition.data());
    commands.push_back(DoSay{std::move(words)});
  }
  // What was wrong with it stays to be mended; what was right is in the list.
  if (view.said && view.said->number != mine.said) {
    mine.said = view.said->number;
    if (view.said->done) mine.where = mine.condition = {};
  }
  const bool about_this = view.said && !view.said->done &&
                          (view.said->words.starts_with("break") || view.said->words.starts_with("watch"));
  if (about_this)
    paragraph(look, look.fonts.small, look.theme.fault,
              std::string(shape(Meaning::fault)) + " " + view.said->answer);
  ImGui::Dummy({0, look.px(4)});
}

void draw_condition(PanelState& state, const BreakpointText& words, int index, Commands& commands) {
  const Look& look = state.look;
  BreakpointState& mine = state.breakpoints;
  if (mine.edited == index) {
    if (ImGui::IsWindowAppearing()) mine.edited = -1;
    if (field(look, "##condition", "always", mine.edit, -1)) {
      commands.push_back(DoSetCondition{static_cast<std::size_t>(index), mine.edit.data()});
      mine.edited = -1;
    } else if (ImGui::IsItemDeactivated()) {
      mine.edited = -1;
    }
    return;
  }
  const std::string shown = words.condition.empty() ? "always" : "if " + words.condition;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string fitting = elide(look.fonts.mono, shown, ImGui::GetContentRegionAvail().x);
  if (ImGui::InvisibleButton("condition",
                             {std::max(1.0f, ImGui::GetContentRegionAvail().x), look.fonts.mono->FontSize})) {
    mine.edited = index;
    mine.edit = {};
    words.condition.copy(mine.edit.data(), mine.edit.size() - 1);
    ImGui::SetKeyboardFocusHere(-1);
  }
  const bool hovered = ImGui::IsItemHovered();
  if (hovered) tooltip(look, "Click to write a condition: rax == 5 && hits > 3");
  text_at(ImGui::GetWindowDrawList(), look.fonts.mono, at,
          hovered                   ? look.theme.interrupt
          : words.condition.empty() ? look.theme.faint
                                    : look.theme.text,
          fitting);
}

void draw_row(PanelState& state, const MachineView& view, int index, Commands& commands) {
  const Look& look = state.look;
  const auto i = static_cast<std::size_t>(index);
  const Breakpoint& b = view.breakpoints[i];
  const BreakpointText words = i < view.breakpoint_texts.size() ? view.breakpoint_texts[i] : BreakpointText{};
  const float height = look.px(22);
  const ImU32 ink = b.enabled ? look.theme.text : look.theme.faint;
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushID(index);
  if (small_button(look,
                   {.id = "on",
                    .icon = b.enabled ? "\u25CF" : "\u25CB",
                    .tooltip = b.enabled ? "Stops here; a click puts it out of use"
                                         : "Not in use; a click brings it back"},
                   height, ButtonKind::quiet))
    commands.push_back(DoEnableBreakpoint{i, !b.enabled});
  // On one line with the buttons.
  const auto next = [&](const ImFont* font) {
    ImGui::TableNextColumn();
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() +
                         static_cast<float>(static_cast<int>((height - font->FontSize) / 2)));
  };
  next(look.fonts.small);
  text(look.fonts.small, b.enabled ? look.theme.muted : look.theme.faint, words.kind);
  next(look.fonts.mono);
  const Link kind = b.kind == BreakKind::event     ? Link::none
                    : b.kind == BreakKind::execute ? Link::source
                    : b.physical                   ? Link::physical
                                                   : Link::linear;
  link(look, view, elide(look.fonts.mono, words.where, ImGui::GetContentRegionAvail().x), kind,
       b.address.value, ink, look.fonts.mono, commands);
  next(look.fonts.mono);
  draw_condition(state, words, index, commands);
  ImGui::TableNextColumn();
  if (small_button(look, {.id = "gone", .icon = "\u2715", .tooltip = "Remove it"}, height, ButtonKind::quiet))
    commands.push_back(DoRemoveBreakpoint{i});
  ImGui::PopID();
}

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  draw_new(state, view, commands);
  if (view.breakpoints.empty()) {
    nothing_yet(
        look,
        "No breakpoints. Add one above, click in the margin of the code, or choose Watch in the menu of a "
        "value.");
    return;
  }
  ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {look.px(6), look.px(1)});
  if (ImGui::BeginTable("breakpoints", 5, ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_ScrollY)) {
    const float small = small_button_width(look, {.id = "", .icon = "\u2715"});
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthFixed, small);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthFixed, text_size(look.fonts.small, "execute").x);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 2);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthFixed, small);
    for (int i = 0; i < static_cast<int>(view.breakpoints.size()); ++i) draw_row(state, view, i, commands);
    ImGui::EndTable();
  }
  ImGui::PopStyleVar();
}

}  // namespace

const Panel breakpoints_panel{
    .id = "breakpoints",
    .title = "Breakpoints",
    .help =
        "Where the machine stops by itself, forwards and, by Shift+F5, backwards: before an instruction, "
        "after a "
        "store to memory, a load, either, or a store that changed it, or at an event such as #PF, irq 1, "
        "mode "
        "or cr3. The processor of the guest knows nothing of them: its own debug registers stay free.\n\n"
        "A condition joins comparisons by &&: rax == 5 && hits > 3. Left of each a register, ring, "
        "instructions, "
        "time or hits; between == != < <= > >= or & (has these bits).",
    .draw = draw,
    .request = nullptr,
};

}  // namespace ringside
