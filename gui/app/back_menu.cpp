// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/back_menu.h"

#include "gui/widgets/text.h"

namespace ringside {

const char* no_way_back(const MachineView& view) {
  if (!view.history.kept) return "No history is kept of this run";
  if (view.instructions == 0) return "This is the start of the history: power-on";
  return nullptr;
}

void draw_back_menu(const Look& look, const MachineView& view, Commands& commands) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {look.px(8), look.px(8)});
  if (ImGui::BeginPopup("more back")) {
    const char* const why_not = no_way_back(view);
    const auto item = [&](const char* words, const char* keys, UiCommand command, bool enabled) {
      if (ImGui::MenuItem(words, keys, false, enabled)) commands.push_back(std::move(command));
    };
    if (why_not) caption(look, why_not);
    using How = DoBack::How;
    item("Back to the stop before", "Shift+F5", DoBack{How::run}, !why_not);
    item("One instruction back", "Shift+F11", DoBack{How::step}, !why_not);
    item("One source line back", "Shift+F7", DoBack{How::line}, !why_not);
    item("Back over a call", "Shift+F10", DoBack{How::over}, !why_not);
    item("Back to the call of this function", "Shift+F12", DoBack{How::out}, !why_not);
    ImGui::Separator();
    item("Mark before on the time line", "[", GoToMark{false}, !why_not);
    item("Next mark on the time line", "]", GoToMark{true}, view.history.in_past);
    item("To power-on", "Home", DoSeek{0}, !why_not);
    item("To the end of what has happened", "End", DoSeek{view.history.end.instructions},
         view.history.in_past);
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

}  // namespace ringside
