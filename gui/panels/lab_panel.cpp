// SPDX-License-Identifier: GPL-2.0-or-later
// The lab that is open: its text, its steps with what the last check found, questions to be answered before
// the machine does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "gui/panels/lab_pages.h"
#include "gui/panels/panels.h"
#include "gui/view/lab_link.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

using Page = LabState::Page;
using Status = labs::Verdict::Status;

// "4" of "Step 4: print"; 0 where a heading is none of a step.
unsigned step_of(const MarkdownBlock& heading) {
  const std::string words = plain_text(heading.runs);
  constexpr std::string_view kStep = "Step ";
  if (heading.level != 2 || !words.starts_with(kStep)) return 0;
  unsigned number = 0;
  for (std::size_t i = kStep.size(); i < words.size() && std::isdigit(static_cast<unsigned char>(words[i]));
       ++i)
    number = std::min(number * 10 + static_cast<unsigned>(words[i] - '0'), 1000u);
  return number;
}

void draw_text(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  const LabView& lab = *state.lab.view;
  if (!lab.text_trouble.empty()) {
    paragraph(look, look.fonts.body, look.theme.fault, "\u25B2 " + lab.text_trouble);
    return;
  }
  RichText rich{look, lab_link_words};
  draw_markdown(rich, *lab.text, state.lab.layout, [&](const MarkdownBlock& heading) {
    const labs::StepResult* result = lab.result(step_of(heading));
    const StepMark mark = step_mark(look, result);
    return result ? HeadingMark{mark.shape, mark.ink} : HeadingMark{};
  });
  if (lab.text->cut)
    paragraph(look, look.fonts.small, look.theme.muted,
              fmt::format("The text goes on: no more than {} KiB of it are shown.", kMostMarkdown / 1024));
  if (!rich.clicked.empty()) follow_lab_link(rich.clicked, state, view, commands);
}

// How it stands, in as few words as there are.
std::pair<std::string, ImU32> standing(const Look& look, const LabView& lab) {
  if (lab.checking) return {"checking\u2026", look.theme.now};
  if (!lab.verdict) return {"not checked yet", look.theme.muted};
  if (lab.verdict->status != Status::checked)
    return {std::string(shape(Meaning::fault)) +
                (lab.verdict->status == Status::not_built ? " does not build" : " not checked"),
            look.theme.fault};
  const bool all = lab.verdict->passed();
  return {fmt::format("{} {} of {} points", shape(all ? Meaning::passed : Meaning::fault),
                      lab.verdict->points(), lab.verdict->out_of()),
          all ? look.theme.passed : look.theme.text};
}

// Pages at the left; at the right how it stands, and the button that checks.
void draw_head(PanelState& state, Commands& commands) {
  const Look& look = state.look;
  const LabView& lab = *state.lab.view;
  const float height = look.px(26);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float right = at.x + ImGui::GetContentRegionAvail().x;
  const ButtonText check{.id = "check",
                         .icon = "\u21BA",
                         .label = "Check",
                         .tooltip = "Build and check what is saved (F4); a saved file does the same"};
  const float button_x = std::max(at.x, right - small_button_width(look, check));
  const auto passed = lab.verdict ? std::ranges::count_if(lab.verdict->steps, &labs::StepResult::passed) : 0;
  const std::string steps = fmt::format("Steps {}/{}", passed, lab.steps.size());
  const std::array<const char*, 3> titles{"Text", steps.c_str(), "Questions"};
  float pages = look.px(12);
  for (const char* title : titles) pages += text_size(look.fonts.small, title).x + 2 * look.px(8);
  pages = std::min(pages, button_x - at.x);
  ImGui::SetCursorScreenPos({at.x - look.px(8), at.y});
  if (const int clicked = tabs(look, titles, static_cast<int>(state.lab.page), pages + look.px(8), height);
      clicked >= 0) {
    state.lab.page = static_cast<Page>(clicked);
    state.lab.notice.clear();
    ImGui::SetScrollY(0);
    if (state.lab.page == Page::questions && lab.questions_number == 0 && !lab.asking)
      commands.push_back(AskQuestions{});
  }
  const auto [words, ink] = standing(look, lab);
  const float room = button_x - look.px(8) - (at.x + pages);
  if (room > look.px(40)) {
    const std::string shown = elide(look.fonts.small, words, room);
    text_at(ImGui::GetWindowDrawList(), look.fonts.small,
            {button_x - look.px(8) - text_size(look.fonts.small, shown).x,
             at.y + static_cast<float>(static_cast<int>((height - look.fonts.small->FontSize) / 2))},
            ink, shown);
  }
  ImGui::SetCursorScreenPos({button_x, at.y});
  if (small_button(look, check, height, ButtonKind::plain, !lab.checking)) commands.push_back(CheckLab{});
  ImGui::SetCursorScreenPos({at.x, at.y + height + look.px(4)});
}

// On a raised ground, as it is true of all pages: `button` is drawn below the words.
bool band(const Look& look, ImU32 ink, const char* mark, const std::string& words, const ButtonText* button) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, pad = look.px(8), height = look.px(24);
  const float beside = button ? small_button_width(look, *button) + pad : 0;
  const TextRuns runs{{.text = words}};
  const float left = at.x + pad + text_size(look.fonts.small, mark).x + look.px(6);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->ChannelsSplit(2);
  list->ChannelsSetCurrent(1);
  RichText rich{look, {}};
  const float text_height =
      flow(rich, runs, {left, at.y + look.px(6)}, std::max(look.px(80), at.x + width - pad - beside - left),
           look.fonts.small, look.theme.text);
  text_at(list, look.fonts.small, {at.x + pad, at.y + look.px(6)}, ink, mark);
  const float bottom = at.y + std::max(text_height + look.px(8), button ? height + look.px(8) : 0.0f);
  bool clicked = false;
  if (button) {
    ImGui::SetCursorScreenPos({at.x + width - beside, at.y + look.px(4)});
    clicked = small_button(look, *button, height);
  }
  list->ChannelsSetCurrent(0);
  list->AddRectFilled(at, {at.x + width, bottom}, mix(look.theme.panel, ink, 0.12f), look.px(4));
  list->ChannelsMerge();
  ImGui::SetCursorScreenPos({at.x, bottom + look.px(4)});
  return clicked;
}

void draw_bands(PanelState& state, Commands& commands) {
  const Look& look = state.look;
  const LabView& lab = *state.lab.view;
  if (state.lab.shown_step != 0) {
    const ButtonText back{.id = "kernel",
                          .icon = "\u2190",
                          .label = "Your kernel",
                          .tooltip = "Leaves the check's recording: back to your kernel as it ran"};
    if (band(look, look.theme.now, shape(Meaning::now),
             fmt::format("You are in the check of step {}, where it failed.", state.lab.shown_step), &back))
      commands.push_back(BackToLabKernel{});
  }
  if (!lab.trouble.empty()) band(look, look.theme.fault, shape(Meaning::fault), lab.trouble, nullptr);
  if (lab.verdict && lab.verdict->status != Status::checked) {
    const bool runs = lab.image && state.lab.shown_step == 0;
    const ButtonText see{.id = "see", .label = "What it says", .tooltip = "The compiler's own words"};
    const bool says = !lab.verdict->compiler_says.empty() && state.lab.page != Page::steps;
    if (band(look, look.theme.fault, shape(Meaning::fault),
             lab.verdict->sentence + (runs ? " What runs is the last kernel that was built." : ""),
             says ? &see : nullptr)) {
      state.lab.page = Page::steps;
      ImGui::SetScrollY(0);
    }
  }
  if (!state.lab.notice.empty()) band(look, look.theme.now, "\u2022", state.lab.notice, nullptr);
}

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  if (!state.lab.view) {
    nothing_yet(state.look, "No lab is open: ./ringside lab list, lab start 02, lab open 02.");
    return;
  }
  // The page scrolls, and the head stays.
  draw_head(state, commands);
  draw_bands(state, commands);
  static constexpr const char* kPages[] = {"text", "steps", "questions"};
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  const bool open = ImGui::BeginChild(kPages[static_cast<std::size_t>(state.lab.page)], {0, 0}, false,
                                      ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (open) switch (state.lab.page) {
      case Page::text: draw_text(state, view, commands); break;
      case Page::steps: draw_lab_steps(state, view, commands); break;
      case Page::questions: draw_lab_questions(state, commands); break;
    }
  ImGui::EndChild();
}

}  // namespace

void follow_lab_link(const std::string& link, PanelState& state, const MachineView& view,
                     Commands& commands) {
  state.lab.notice.clear();
  auto command = lab_link(link, *view.symbols);
  if (!command)
    state.lab.notice = command.error().sentence;
  else if (std::holds_alternative<CopyText>(*command))
    state.lab.notice = "Copied: " + link;
  if (command) commands.push_back(std::move(*command));
}

StepMark step_mark(const Look& look, const labs::StepResult* result) {
  if (!result) return {"\u2013", look.theme.muted};
  const Meaning meaning = result->passed() ? Meaning::passed : Meaning::fault;
  return {shape(meaning), colour(look.theme, meaning)};
}

unsigned open_step(const LabState& lab) { return lab.shown_step ? lab.shown_step : first_failed(*lab.view); }

unsigned first_failed(const LabView& lab) {
  for (unsigned step = 1; step <= lab.steps.size(); ++step)
    if (const auto* result = lab.result(step); result && !result->passed()) return step;
  return 0;
}

const Panel lab_panel{
    .id = "lab",
    .title = "Lab",
    .help =
        "The lab that is open. Text says what to write, and its links open panels and places. Steps shows "
        "what "
        "the last check found in your kernel's machine: a check mark for what is done, a triangle for what "
        "is "
        "not, with what was expected, what was there, and a way to the very instant. Questions are to be "
        "answered before the machine does.\n\n"
        "Whenever you save one of the lab's files it is built and checked, and your kernel is started anew. "
        "F4 checks at once, F3 gives a hint for the first step that failed, F2 makes this panel large or "
        "puts it beside the events.",
    .draw = draw,
    .request = nullptr,
};

}  // namespace ringside
