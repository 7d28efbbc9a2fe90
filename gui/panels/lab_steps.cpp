// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of a lab: what is done, and of what is not, why, and where.
#include <fmt/format.h>

#include <algorithm>

#include "gui/panels/lab_pages.h"
#include "gui/view/lab_link.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"
#include "labs/book/report.h"

namespace ringside {
namespace {

using Status = labs::Verdict::Status;

constexpr float kLabel = 72;  // where the words behind "expected" begin

// Returns the link, if the words are one and were clicked.
std::string labelled(const Look& look, const char* label, const TextRun& words, ImFont* font, ImU32 ink) {
  if (words.text.empty()) return {};
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float indent = look.px(24), begin = indent + look.px(kLabel);
  text_at(ImGui::GetWindowDrawList(), look.fonts.small,
          {at.x + indent,
           at.y + static_cast<float>(static_cast<int>(font->Ascent - look.fonts.small->Ascent + 0.5f))},
          look.theme.muted, label);
  RichText rich{look, lab_link_words};
  rich_paragraph(rich, {words}, font, ink, begin);
  return rich.clicked;
}

void draw_hints(PanelState& state, unsigned step) {
  const Look& look = state.look;
  const auto found = state.lab.view->hints.find(step);
  if (found == state.lab.view->hints.end()) return;
  for (std::size_t i = 0; i < found->second.hints.size(); ++i) {
    const std::string label = fmt::format("hint {}", i + 1);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_at(ImGui::GetWindowDrawList(), look.fonts.small, {at.x + look.px(24), at.y + look.px(1)},
            look.theme.muted, label);
    for (const MarkdownBlock& block : found->second.hints[i].blocks) {
      RichText rich{look, {}};
      rich_paragraph(rich, block.runs, look.fonts.body, look.theme.text, look.px(24 + kLabel));
    }
  }
}

void draw_buttons(PanelState& state, const labs::StepResult* result, unsigned step, Commands& commands) {
  const Look& look = state.look;
  const LabView& lab = *state.lab.view;
  const float height = look.px(24);
  ImGui::SetCursorScreenPos(
      {ImGui::GetCursorScreenPos().x + look.px(24), ImGui::GetCursorScreenPos().y + look.px(2)});
  bool first = true;
  const auto offer = [&](const ButtonText& words, UiCommand command, ButtonKind kind, bool enabled) {
    if (!first) beside_if_room(look, small_button_width(look, words), 4);
    first = false;
    if (small_button(look, words, height, kind, enabled)) commands.push_back(std::move(command));
  };
  if (result && result->finding && !result->finding->recording.empty())
    offer({.id = "there",
           .icon = "\u21E5",
           .label = "Go there",
           .tooltip = "The check's own run, at the instant where this step failed: go back from there, ask "
                      "who wrote what"},
          OpenLabStep{step}, ButtonKind::primary, !lab.checking);
  const auto hints = lab.hints.find(step);
  if (hints == lab.hints.end() || !hints->second.trouble.empty()) {
    if (first) ImGui::Dummy({0, 0});
    return;
  }
  const std::size_t given = hints->second.hints.size(), all = given + hints->second.more;
  const std::string label = given == 0 ? "Hint" : fmt::format("Hint {} of {}", std::min(given + 1, all), all);
  if (hints->second.more > 0)
    offer({.id = "hint",
           .label = label.c_str(),
           .tooltip = "The next hint for this step (F3: for the first one that failed)"},
          GiveHint{step}, ButtonKind::plain, true);
  else if (all > 0)
    offer({.id = "hint", .label = "No more hints", .tooltip = "These are all"}, GiveHint{step},
          ButtonKind::quiet, false);
}

void draw_step(PanelState& state, const MachineView& view, unsigned step, bool open, Commands& commands) {
  const Look& look = state.look;
  const LabView& lab = *state.lab.view;
  const labs::StepResult* result = lab.result(step);
  const StepMark mark = step_mark(look, result);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = look.px(28);
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (ImGui::InvisibleButton("step", {std::max(1.0f, width), height})) {
    if (!state.lab.toggled.erase(step)) state.lab.toggled.insert(step);
  }
  if (ImGui::IsItemHovered())
    list->AddRectFilled(at, {at.x + width, at.y + height}, look.theme.raised, look.px(4));
  const auto middle = [&](const ImFont* font) {
    return at.y + static_cast<float>(static_cast<int>((height - font->FontSize) / 2));
  };
  ImFont* font = look.fonts.strong;
  text_at(list, font, {at.x + look.px(2), middle(font)}, mark.ink, mark.shape);
  const std::string points = result ? fmt::format("{} / {}", result->points, result->out_of)
                                    : fmt::format("{} points", lab.steps[step - 1].points);
  const float opener = text_size(look.fonts.small, "\u25BE").x + look.px(10);
  const float points_width = text_size(look.fonts.small, points).x;
  text_at(list, look.fonts.small, {at.x + width - points_width - opener, middle(look.fonts.small)},
          look.theme.muted, points);
  text_at(list, look.fonts.small, {at.x + width - opener + look.px(6), middle(look.fonts.small)},
          look.theme.muted, open ? "\u25BE" : "\u25B8");
  const std::string title = fmt::format("{}  {}", step, lab.steps[step - 1].title);
  text_at(list, font, {at.x + look.px(24), middle(font)}, look.theme.text,
          elide(font, title, width - look.px(32) - points_width - opener));
  if (!open) return;
  if (result && result->finding) {
    const labs::Finding& f = *result->finding;
    labelled(look, "expected", {.text = f.expected}, look.fonts.body, look.theme.text);
    labelled(look, "got", {.text = f.got}, look.fonts.body, look.theme.fault);
    labelled(look, "why", {.text = f.why}, look.fonts.body, look.theme.text);
    const std::string place = f.file.empty() ? "" : fmt::format("ringside:place/{}:{}", f.file, f.line);
    const std::string clicked =
        labelled(look, "where", {.text = labs::where(f), .link = place}, look.fonts.mono, look.theme.muted);
    if (!clicked.empty()) follow_lab_link(clicked, state, view, commands);
  }
  draw_hints(state, step);
  draw_buttons(state, result, step, commands);
  ImGui::Dummy({0, look.px(4)});
}

// Scrolls no further than it takes to see all of a step, or its beginning.
void reveal(float top, float bottom, LabState& lab) {
  const float height = ImGui::GetWindowHeight(), scroll = ImGui::GetScrollY();
  if (bottom > scroll + height) ImGui::SetScrollY(std::min(top, bottom - height));
  if (top < scroll) ImGui::SetScrollY(top);
  lab.reveal = 0;
}

}  // namespace

void draw_lab_steps(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  const LabView& lab = *state.lab.view;
  if (lab.verdict && lab.verdict->status != Status::checked && !lab.verdict->compiler_says.empty()) {
    caption(look, "the compiler says");
    paragraph(look, look.fonts.mono, look.theme.text, lab.verdict->compiler_says);
    ImGui::Dummy({0, look.px(8)});
  }
  const unsigned at_first = open_step(state.lab);
  for (unsigned step = 1; step <= lab.steps.size(); ++step) {
    ImGui::PushID(static_cast<int>(step));
    const float top = ImGui::GetCursorPosY();
    draw_step(state, view, step, (step == at_first) != state.lab.toggled.contains(step), commands);
    ImGui::PopID();
    if (state.lab.reveal == step) reveal(top, ImGui::GetCursorPosY(), state.lab);
  }
  if (lab.verdict && lab.verdict->passed())
    paragraph(look, look.fonts.body, look.theme.passed,
              std::string(shape(Meaning::passed)) +
                  " All points. Now predict what your kernel does, on the page of questions.");
}

}  // namespace ringside
