// SPDX-License-Identifier: GPL-2.0-or-later
// One sentence in plain words after every stop; its nouns lead to what they name, its causes are listed
// below.
#include <algorithm>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

// Words one after the other, broken at the panel's edge.
class Flow {
 public:
  Flow(PanelState& state, const MachineView& view, Commands& commands)
      : look_(state.look),
        view_(view),
        commands_(commands),
        left_(ImGui::GetCursorScreenPos().x),
        right_(left_ + ImGui::GetContentRegionAvail().x),
        pen_(ImGui::GetCursorScreenPos()) {}

  // A sentence in this font; its plain words in `ink`, its links in the colour of links.
  void sentence(const Sentence& sentence, ImFont* font, ImU32 ink) {
    for (const Phrase& phrase : sentence) {
      const bool leads = phrase.link != Link::none;
      words(phrase.text, phrase.link, phrase.target, leads ? look_.theme.interrupt : ink, font);
    }
  }

  // Breaks between words; a link's words each lead to the same place.
  void words(std::string_view rest, Link kind, std::uint64_t target, ImU32 ink, ImFont* font) {
    while (!rest.empty()) {
      const std::size_t end = rest.find_first_of(" \n");
      const std::string_view word = rest.substr(0, end);
      if (!word.empty()) {
        const float width = text_size(font, word).x;
        if (pen_.x > left_ && pen_.x + width > right_) new_line(font);
        ImGui::SetCursorScreenPos(pen_);
        ringside::link(look_, view_, elide(font, word, right_ - left_), kind, target, ink, font, commands_);
        pen_.x += width;
      }
      if (end == std::string_view::npos) break;
      if (rest[end] == '\n')
        new_line(font);
      else
        pen_.x += text_size(font, " ").x;
      rest.remove_prefix(end + 1);
    }
  }

  void new_line(const ImFont* font) {
    pen_ = {left_, pen_.y + static_cast<float>(static_cast<int>(font->FontSize * 1.4f))};
  }
  void indent(float pixels) { pen_.x = left_ + pixels; }
  // Tells ImGui how far down it went, for the scroll bar.
  void end(const ImFont* font) {
    ImGui::SetCursorScreenPos({left_, pen_.y + font->FontSize});
    ImGui::Dummy({1, 1});
  }

 private:
  const Look& look_;
  const MachineView& view_;
  Commands& commands_;
  float left_, right_;
  ImVec2 pen_;
};

// Who wrote or reads what was asked about, and what can be done with that.
void draw_answer(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  const Culprit& culprit = view.who->culprit;
  {
    Flow flow(state, view, commands);
    flow.words(std::string(shape(culprit.read ? Meaning::now : Meaning::write)) + " ", Link::none, 0,
               culprit.read ? look.theme.now : look.theme.write, look.fonts.body);
    flow.sentence(culprit.sentence, look.fonts.body, look.theme.text);
    flow.end(look.fonts.body);
  }
  if (!culprit.source_line.empty()) {
    const float room = ImGui::GetContentRegionAvail().x;
    text(look.fonts.mono, look.theme.muted,
         elide(look.fonts.mono, culprit.source + "  " + culprit.source_line, room));
  }
  const float height = look.px(20);
  bool first = true;
  const auto offer = [&](const ButtonText& words, UiCommand command) {
    if (!first) beside_if_room(look, small_button_width(look, words), 4);
    first = false;
    if (small_button(look, words, height)) commands.push_back(std::move(command));
  };
  if (culprit.found) {
    const bool beyond = culprit.instructions > view.history.end.instructions;
    offer({.id = "there",
           .icon = "\u21E5",
           .label = beyond ? "Run there" : "Go there",
           .tooltip = "To right before that instruction"},
          beyond ? UiCommand{DoSay{"run-to @" + std::to_string(culprit.instructions)}}
                 : UiCommand{DoSeek{culprit.instructions}});
    if (!culprit.read)
      offer({.id = "further",
             .icon = "\u2190",
             .label = "Further back",
             .tooltip = "Who wrote it before that?"},
            DoAskFurther{});
    if (view.who->subject.kind != Subject::Kind::gpr)
      offer({.id = "watch", .icon = "\u270E", .label = "Watch", .tooltip = "Stop whenever it is written"},
            DoWatch{view.who->subject});
  }
  offer({.id = "close", .icon = "\u2715", .label = "Close", .tooltip = "Closes this answer"},
        DoCloseAnswer{});
  ImGui::Dummy({0, look.px(8)});
}

Meaning meaning_of(const MachineView& view) {
  if (!view.stop) return Meaning::now;
  switch (view.stop->kind) {
    case StopKind::triple_fault:
    case StopKind::unsupported: return Meaning::fault;
    case StopKind::debug_exit:
    case StopKind::power_off: return Meaning::passed;
    default: return Meaning::now;
  }
}

void draw_stop(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  Flow flow(state, view, commands);
  ImFont* body = look.fonts.body;
  if (view.state == RunState::running) {
    flow.words(std::string(shape(Meaning::now)) + " ", Link::none, 0, look.theme.passed, body);
    flow.words(view.cpu.halted ? "The machine is idle: the processor waits in HLT for the next interrupt."
                               : "The machine runs.",
               Link::none, 0, look.theme.muted, body);
    flow.end(body);
    return;
  }
  const Meaning meaning = meaning_of(view);
  flow.words(std::string(shape(meaning)) + " ", Link::none, 0, colour(look.theme, meaning), body);
  flow.sentence(view.happened.headline, body, look.theme.text);
  ImFont* small = look.fonts.small;
  bool first = true;
  for (const Sentence& paragraph : view.happened.paragraphs) {
    flow.new_line(first ? body : small);
    first = false;
    flow.sentence(paragraph, small, look.theme.muted);
  }
  for (std::size_t i = 0; i < view.happened.causes.size(); ++i) {
    const Cause& cause = view.happened.causes[i];
    flow.new_line(small);
    flow.words(std::to_string(i + 1) + ". ", Link::none, 0, look.theme.faint, small);
    flow.words(cause.text, cause.link, cause.target,
               cause.link == Link::none ? look.theme.muted : look.theme.interrupt, small);
  }
  flow.end(small);
}

// What is news stands first: an answer until the machine has moved on, to elsewhere than what it is about.
void draw(PanelState& state, const MachineView& view, Commands& commands) {
  HappenedState& seen = state.happened;
  if (view.who && view.who->number != seen.answer) {
    seen = {view.who->number, view.stop_number};
    ImGui::SetScrollY(0);
  }
  const bool went_there =
      view.who && view.who->culprit.found && view.instructions == view.who->culprit.instructions;
  const bool fresh = view.who && (view.stop_number == seen.stop || went_there);
  if (fresh) draw_answer(state, view, commands);
  draw_stop(state, view, commands);
  if (!view.who || fresh) return;
  ImGui::Dummy({0, state.look.px(8)});
  draw_answer(state, view, commands);
}

}  // namespace

const Panel happened_panel{
    .id = "happened",
    .title = "What just happened",
    .help =
        "Every time the machine stops, one sentence says why, in plain words, and below it the chain of "
        "causes. Coloured nouns "
        "lead on: an address to its bytes or its code, a vector to its gate, a fault to the steps in which "
        "the processor "
        "delivered it.\n\n"
        "Here stands too who wrote a value, or who reads it next, once the right button has asked: go to "
        "that instruction, ask who wrote it before that, or watch the place.",
    .draw = draw,
    .request = nullptr,
};

}  // namespace ringside
