// SPDX-License-Identifier: GPL-2.0-or-later
// What a panel, a key or the toolbar asks for. Panels change nothing themselves: the application takes these
// out of the vector after the frame, does the ones about the window, and hands the rest to the machine's
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "sim/base/units.h"
#include "sim/inspect/table.h"
#include "sim/machine/command.h"

namespace ringside {

// For the machine.
struct DoRun {};
struct DoPause {};
struct DoStep {};      // one instruction, or the acceptance of an interrupt
struct DoStepLine {};  // to the start of another source line
struct DoStepOver {};  // a call counts as one
struct DoStepOut {};   // to the caller
struct DoRunTo {
  VirtAddr address;
};
struct DoReset {};
struct DoToggleBreakpoint {
  VirtAddr address;
};
struct DoStopAtFaults {
  bool on = true;
};
struct DoApply {
  Command command;
};
struct DoTypeText {
  std::string text;
};  // key strokes as key_text.h writes them; starts the machine if it stands

// For the window.
struct ShowPanel {
  std::string id;
};
struct ShowLink {
  Link link = Link::none;
  std::uint64_t target = 0;
};  // what a click on a link means is decided in one place
struct ShowWalk {
  std::uint64_t address = 0;
};
struct ShowMemory {
  std::uint64_t address = 0;
};
struct ShowCode {
  std::uint64_t address = 0;
};  // 0 = follow RIP again
struct ShowDelivery {
  std::uint32_t number = 0;
};
struct ToggleFullScreen {
  std::string id;
};
struct ShowHelp {
  std::string id;
};
struct CopyText {
  std::string text;
};
struct ShowWorkspace {
  int number = 1;
};  // 1 to kWorkspaces
struct ChangeScale {
  int percent = 0;
};  // added to the scale; 0 = back to 100 %
struct ToggleTheme {};

using UiCommand = std::variant<DoRun, DoPause, DoStep, DoStepLine, DoStepOver, DoStepOut, DoRunTo, DoReset,
                               DoToggleBreakpoint, DoStopAtFaults, DoApply, DoTypeText, ShowPanel, ShowLink,
                               ShowWalk, ShowMemory, ShowCode, ShowDelivery, ToggleFullScreen, ShowHelp,
                               CopyText, ShowWorkspace, ChangeScale, ToggleTheme>;

}  // namespace ringside
