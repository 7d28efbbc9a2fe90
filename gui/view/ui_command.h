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
#include "sim/session/who.h"

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

// Through time. All of these pause a machine that runs.
struct DoBack {
  enum class How : unsigned char { step, line, over, out, run } how = How::step;
};  // each what the forward one of its name is; run: to the newest stop before now
struct DoSeek {
  std::uint64_t instructions = 0;
};  // beyond the end: the end. Of several in a row only the last counts
struct DoSeekEvent {
  std::uint64_t instructions = 0;
};  // behind what happened at this count
struct DoSeekTime {
  Ticks time = 0;
};  // the same, by machine time
struct DoSwitchBranch {
  unsigned id = 0;
};
struct DoDropBranch {
  unsigned id = 0;
};
struct DoAsk {
  std::string subject;  // as sim/session's subject() takes it
  bool reads = false;   // who reads it next; else who wrote it
};
struct DoAskFurther {};  // the last answer's question again, for the time before the answer
struct DoCloseAnswer {};
struct DoCancel {};  // gives up what the machine's thread is at; where it stood it stands again

struct DoSay {
  std::string words;
};  // Session::command()
struct DoToggleBreakpoint {
  VirtAddr address;
};
struct DoWatch {
  Subject subject;
};  // a stop when it is written
struct DoSetCondition {
  std::size_t index = 0;  // of the breakpoints
  std::string condition;
};
struct DoEnableBreakpoint {
  std::size_t index = 0;
  bool on = true;
};
struct DoRemoveBreakpoint {
  std::size_t index = 0;
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
struct ShowEvents {
  std::string filter;
};  // those that hold this text
struct ShowThread {
  std::uint64_t id = 0;
};  // of the kernel's threads
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
struct ToggleCommandBox {};
struct GoToMark {
  bool next = false;
};  // of the time line: the one before, or the next

// The lab that is open.
struct CheckLab {};  // now, saved or not
struct GiveHint {
  unsigned step = 1;
};  // the next one; 0 = of the first step that is not done
struct AskQuestions {
  bool others = false;  // than those that were asked before
};
struct OpenLabStep {
  unsigned step = 1;
};  // where this step failed: its recording, at that instant
struct BackToLabKernel {};
struct ToggleLab {};  // its panel: large, or a tab beside the events

using UiCommand =
    std::variant<DoRun, DoPause, DoStep, DoStepLine, DoStepOver, DoStepOut, DoRunTo, DoReset, DoBack, DoSeek,
                 DoSeekEvent, DoSeekTime, DoSwitchBranch, DoDropBranch, DoAsk, DoAskFurther, DoCloseAnswer,
                 DoCancel, DoToggleBreakpoint, DoSay, DoWatch, DoSetCondition, DoEnableBreakpoint,
                 DoRemoveBreakpoint, GoToMark, DoStopAtFaults, DoApply, DoTypeText, ShowPanel, ShowLink,
                 ShowWalk, ShowMemory, ShowCode, ShowDelivery, ShowThread, ToggleFullScreen, ShowHelp,
                 CopyText, ShowWorkspace, ChangeScale, ToggleTheme, ToggleCommandBox, CheckLab, GiveHint,
                 AskQuestions, OpenLabStep, BackToLabKernel, ToggleLab, ShowEvents>;

}  // namespace ringside
