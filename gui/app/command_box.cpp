// SPDX-License-Identifier: GPL-2.0-or-later
// A line over the panels that takes commands in words, and below it what came of the last one.
#include <algorithm>

#include "gui/app/shell.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

// Up and down go through what was said before.
int through_history(ImGuiInputTextCallbackData* data) {
  auto& box = *static_cast<CommandBoxState*>(data->UserData);
  const int last = static_cast<int>(box.before.size()) - 1;
  if (last < 0) return 0;
  if (data->EventKey == ImGuiKey_UpArrow)
    box.chosen = box.chosen < 0 ? last : std::max(0, box.chosen - 1);
  else
    box.chosen = box.chosen < 0 || box.chosen == last ? -1 : box.chosen + 1;
  data->DeleteChars(0, data->BufTextLen);
  if (box.chosen >= 0) data->InsertChars(0, box.before[static_cast<std::size_t>(box.chosen)].c_str());
  return 0;
}

void say(CommandBoxState& box, Commands& commands) {
  const std::string words = box.words.data();
  box.focus = true;
  box.chosen = -1;
  if (words.find_first_not_of(' ') == std::string::npos) return;
  if (box.before.empty() || box.before.back() != words) box.before.push_back(words);
  box.words = {};
  commands.push_back(DoSay{words});
}

}  // namespace

void draw_command_box(PanelState& state, const MachineView& view, const Rect& room, Commands& commands) {
  CommandBoxState& box = state.command_box;
  if (!box.open) return;
  const Look& look = state.look;
  const float width = std::min(look.px(680), room.width() - look.px(32));
  ImGui::SetNextWindowPos({room.from.x + room.width() / 2, room.from.y + look.px(24)}, ImGuiCond_Always,
                          {0.5f, 0});
  ImGui::SetNextWindowSizeConstraints({width, 0},
                                      {width, std::max(look.px(96), room.height() - look.px(48))});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {look.px(12), look.px(12)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, look.theme.panel);
  constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                                      ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoCollapse |
                                      ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_AlwaysAutoResize |
                                      ImGuiWindowFlags_NoNav;
  if (ImGui::Begin("command", nullptr, kFlags)) {
    ImGui::PushFont(look.fonts.mono);
    if (box.focus) ImGui::SetKeyboardFocusHere();
    box.focus = false;
    ImGui::SetNextItemWidth(-1);
    if (ImGui::InputTextWithHint("##words", "back, seek 1000, who-wrote rax, watch 0xb8000 2, idt, help",
                                 box.words.data(), box.words.size(),
                                 ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackHistory,
                                 through_history, &box))
      say(box, commands);
    ImGui::PopFont();
    if (view.said) {
      ImGui::Dummy({0, look.px(4)});
      caption(look, view.said->words);
      const bool done = view.said->done;
      const std::string shown = (done ? "" : std::string(shape(Meaning::fault)) + " ") + view.said->answer;
      paragraph(look, look.fonts.mono, done ? look.theme.text : look.theme.fault, shown);
    } else {
      caption(look, "Enter does it, Escape closes this; the up key brings back what was said before.");
    }
    if (ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) &&
        !ImGui::IsWindowAppearing())
      box.open = false;
  }
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
}

}  // namespace ringside
