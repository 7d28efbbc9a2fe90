// SPDX-License-Identifier: GPL-2.0-or-later
// The pages of the lab's panel that have a file of their own.
#pragma once

#include "gui/panels/panel.h"

namespace ringside {

// REQUIRES: state.lab.view.
void draw_lab_steps(PanelState& state, const MachineView& view, Commands& commands);
void draw_lab_questions(PanelState& state, Commands& commands);

// What a click on a link asks for; what it cannot have is said in the panel.
void follow_lab_link(const std::string& link, PanelState& state, const MachineView& view, Commands& commands);

// Passed, failed, or not checked yet.
struct StepMark {
  const char* shape;
  ImU32 ink;
};
StepMark step_mark(const Look& look, const labs::StepResult* result);

// The step that is open at first: whose recording is shown, else the first one that is not done.
unsigned open_step(const LabState& lab);
// The first step that is not done; 0 where none is known to be.
unsigned first_failed(const LabView& lab);

}  // namespace ringside
