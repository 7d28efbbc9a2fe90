// SPDX-License-Identifier: GPL-2.0-or-later
// One sentence in plain words after every stop; its nouns lead to what they name.
#include "gui/panels/panels.h"
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

  void word(std::string_view shown, Link kind, std::uint64_t target, ImU32 ink, ImFont* font) {
    const float width = text_size(font, shown).x;
    if (pen_.x > left_ && pen_.x + width > right_) new_line();
    ImGui::SetCursorScreenPos(pen_);
    ringside::link(look_, view_, shown, kind, target, ink, font, commands_);
    pen_.x += width;
  }
  void space() { pen_.x += text_size(look_.fonts.body, " ").x; }
  void new_line() { pen_ = {left_, pen_.y + look_.fonts.body->FontSize * 1.45f}; }

 private:
  const Look& look_;
  const MachineView& view_;
  Commands& commands_;
  float left_, right_;
  ImVec2 pen_;
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  Flow flow(state, view, commands);
  if (view.state == RunState::running) {
    flow.word(shape(Meaning::now), Link::none, 0, look.theme.passed, look.fonts.body);
    flow.space();
    flow.word(view.cpu.halted ? "The machine is idle: the processor waits in HLT for the next interrupt."
                              : "The machine runs.",
              Link::none, 0, look.theme.muted, look.fonts.body);
    if (view.sentence.empty()) return;
    flow.new_line();
  }
  const bool fault =
      view.stop && (view.stop->kind == StopKind::triple_fault || view.stop->kind == StopKind::unsupported);
  if (view.state != RunState::running && !view.sentence.empty()) {
    flow.word(fault ? shape(Meaning::fault) : shape(Meaning::now), Link::none, 0,
              fault ? look.theme.fault : look.theme.now, look.fonts.body);
    flow.space();
  }
  for (const SentencePart& part : view.sentence) {
    if (part.link != Link::none) {
      flow.word(part.text, part.link, part.target, look.theme.interrupt, look.fonts.body);
      continue;
    }
    std::string_view rest = part.text;
    while (!rest.empty()) {
      const std::size_t end = rest.find_first_of(" \n");
      flow.word(rest.substr(0, end), Link::none, 0, look.theme.text, look.fonts.body);
      if (end == std::string_view::npos) break;
      if (rest[end] == '\n')
        flow.new_line();
      else
        flow.space();
      rest.remove_prefix(end + 1);
    }
  }
}

}  // namespace

const Panel happened_panel{
    .id = "happened",
    .title = "What just happened",
    .help =
        "Every time the machine stops, one sentence says why, in plain words. Underlined nouns lead on: an "
        "address to its bytes or "
        "its code, a vector to its gate, a fault to the steps in which the processor delivered it.",
    .draw = draw,
    .request = nullptr,
};

}  // namespace ringside
