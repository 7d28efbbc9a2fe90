// SPDX-License-Identifier: GPL-2.0-or-later
// Predict first: questions about the student's own kernel, whose answers come from its machine.
#include <fmt/format.h>

#include "gui/panels/lab_pages.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

void draw_question(PanelState& state, const labs::Question& question) {
  const Look& look = state.look;
  LabState& mine = state.lab;
  const float indent = look.px(24);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(ImGui::GetWindowDrawList(), look.fonts.strong, {at.x + look.px(2), at.y}, look.theme.muted,
          fmt::format("{}.", question.number));
  RichText rich{look, {}};
  rich_paragraph(rich, {{.text = question.text}}, look.fonts.body, look.theme.text, indent);
  ImGui::Indent(indent);
  auto& answer = mine.answers[question.number];
  ImGui::PushFont(look.fonts.mono);
  ImGui::SetNextItemWidth(std::min(look.px(240), ImGui::GetContentRegionAvail().x));
  const bool entered = ImGui::InputTextWithHint("##answer", "your prediction, Enter", answer.data(),
                                                answer.size(), ImGuiInputTextFlags_EnterReturnsTrue);
  const bool changed = ImGui::IsItemEdited();
  ImGui::PopFont();
  if (changed) mine.answered.erase(question.number);
  if (entered && answer[0]) mine.answered.insert(question.number);
  if (mine.answered.contains(question.number)) {
    const bool right = labs::same_answer(answer.data(), question.answer);
    const Meaning meaning = right ? Meaning::passed : Meaning::fault;
    const std::string verdict =
        right ? std::string("Right.") : fmt::format("Not so: the machine says {}.", question.answer);
    const ImVec2 from = ImGui::GetCursorScreenPos();
    text_at(ImGui::GetWindowDrawList(), look.fonts.body, from, colour(look.theme, meaning), shape(meaning));
    RichText says{look, {}};
    rich_paragraph(says, {{.text = verdict, .strong = true}, {.text = " " + question.because}},
                   look.fonts.body, look.theme.text, look.px(22));
  }
  ImGui::Unindent(indent);
  ImGui::Dummy({0, look.px(8)});
}

}  // namespace

void draw_lab_questions(PanelState& state, Commands& commands) {
  const Look& look = state.look;
  LabState& mine = state.lab;
  const LabView& lab = *mine.view;
  if (mine.questions != lab.questions_number) {
    mine.questions = lab.questions_number;
    mine.answers.clear();
    mine.answered.clear();
  }
  if (lab.asking) {
    paragraph(look, look.fonts.body, look.theme.muted, "Your kernel is being built and asked\u2026");
    return;
  }
  const ButtonText ask{.id = "ask",
                       .icon = "\u21BA",
                       .label = lab.questions.empty() ? "Ask" : "Other questions",
                       .tooltip = "Questions about your kernel as it is saved now"};
  if (lab.questions.empty()) {
    const std::string why =
        !lab.questions_trouble.empty() ? "\u25B2 " + lab.questions_trouble
        : lab.questions_number == 0
            ? "Predict what your own kernel does. The machine knows the answer, and says it after you."
            : "This lab has no questions.";
    paragraph(look, look.fonts.body, lab.questions_trouble.empty() ? look.theme.muted : look.theme.fault,
              why);
    ImGui::Dummy({0, look.px(4)});
  }
  for (const labs::Question& question : lab.questions) {
    ImGui::PushID(static_cast<int>(question.number));
    draw_question(state, question);
    ImGui::PopID();
  }
  if (small_button(look, ask, look.px(24))) commands.push_back(AskQuestions{!lab.questions.empty()});
}

}  // namespace ringside
