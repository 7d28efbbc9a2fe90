// SPDX-License-Identifier: GPL-2.0-or-later
// A panel is a function of an immutable view: it draws, and says what the user wants in commands. What it has
// to remember between frames (a selected row, a scroll position) lives in PanelState. It owns no window: the
// frame around it, its title and its help are the application's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gui/look/look.h"
#include "gui/view/lab_view.h"
#include "gui/view/machine_view.h"
#include "gui/view/ui_command.h"
#include "gui/widgets/change_tracker.h"
#include "gui/widgets/rich_text.h"

namespace ringside {

struct ScreenState {
  bool focused = false;  // keys go to the guest
  bool blink_on = true;  // phases, set by the application from its clock
  bool cursor_on = true;
  int asked_row = 0, asked_column = 0;  // the cell that the menu is about
};

struct AnatomyState {
  std::uint32_t number = 0;          // of the delivery shown
  bool follow = true;                // show the newest exception
  std::uint32_t scrolled_for = ~0u;  // the delivery whose lit step was last brought into sight
  int step = -1;                     // selected micro-step counted over all attempts; -1 = the decisive one
};

struct HappenedState {
  std::uint64_t answer = 0, stop = 0;  // the answer last seen, and the stop at which it came
};

struct BreakpointState {
  int kind = 0;  // of the one to be added, as the panel lists them
  std::array<char, 96> where{}, condition{};
  int edited = -1;  // whose condition is being typed; -1 = none
  std::array<char, 96> edit{};
  std::uint64_t said = 0;  // the newest answer seen
};

struct WalkState {
  std::array<char, 32> address{};
  bool user = false;
  int kind = 0;  // AccessKind
  bool scroll = false;
};

struct MemoryState {
  std::array<char, 32> address{};
  std::uint64_t shown = 0;
  std::uint64_t asked = 0;  // the byte that the menu is about
  bool chosen = false;      // else follows RSP
};

struct ThreadState {
  std::uint64_t chosen = 0;  // id of the thread shown alone; 0 = the one that runs
  double from = 0, to = 0;   // machine time in sight of the lanes; to = 0: what happened recently
  Ticks now_seen = 0;
  std::uint64_t scrolled_for = 0;              // the call last brought into sight
  bool dragged = false;                        // the mouse has moved since it went down on the lanes
  std::map<std::uint64_t, std::string> names;  // of all threads ever seen, by id
  std::shared_ptr<const ThreadsView> newest;   // of this branch: what is yet to come is drawn from it
  unsigned branch = 0;
};

struct HeapState {
  std::uint64_t row_bytes = 0;  // of the strip; 0 = the whole heap is in sight
  std::uint64_t shown_row_bytes = 0;
  std::uint64_t chosen = 0;  // an address in the block that a click chose; 0 = none
  std::string list;          // the list whose links are drawn; "" = the first that has some
};

struct FramesState {
  std::uint64_t asked = 0;  // the frame that the menu is about
};

struct PageTreeState {
  std::set<std::string> toggled;  // tables that are not as they were at first
};

struct EventState {
  std::array<char, 64> filter{};
  bool ports = false;  // port accesses are many: off until asked for
};

struct ListingState {
  std::uint64_t cursor = 0;  // the line a click chose; F9 and "run to cursor" mean this one
  std::uint64_t scrolled_for = 0;
  std::uint64_t code_address = 0;  // listing around this one; 0 = RIP
};

// The time line: what is in sight of it, in instruction counts.
struct TimeLineState {
  double from = 0, to = 0;  // to = 0: all there is
  std::uint64_t now_seen = 0;
  std::optional<std::uint64_t> wanted;  // where a drag has got to
  bool dragged = false;                 // the mouse has moved since it went down
  bool on_mark = false;                 // it went down on a mark
  unsigned branch = 0;                  // that the menu is about
};

// What the machine's thread is at, where that takes its time; null = nothing.
struct WorkState {
  const char* what = nullptr;
  double share = 0;  // done of it, 0 to 1
};

// The box that takes commands in words.
struct CommandBoxState {
  bool open = false, focus = false;
  std::array<char, 256> words{};
  std::vector<std::string> before;  // what was said, oldest first
  int chosen = -1;                  // of those, by the up and down keys; -1 = none
};

// The lab that is open, and what its panel remembers.
struct LabState {
  std::shared_ptr<const LabView> view;  // set by the application; null = no lab is open
  unsigned shown_step =
      0;  // set by the application: the machine in sight is this step's recording; 0 = is not
  enum class Page : unsigned char { text, steps, questions } page = Page::text;
  std::string notice;                                // what a link has to say; until the next click
  std::set<unsigned> toggled;                        // steps that are not as they were at first
  unsigned reveal = 0;                               // the step to be brought into sight; 0 = none
  MarkdownLayout layout;                             // of the text
  std::uint64_t questions = 0;                       // the number of those that the answers are for
  std::map<unsigned, std::array<char, 80>> answers;  // by question
  std::set<unsigned> answered;
};

struct PanelState {
  Look look;
  LabState lab;
  CommandBoxState command_box;
  TimeLineState time_line;
  WorkState work;
  ChangeTracker changes;
  ScreenState screen;
  AnatomyState anatomy;
  WalkState walk;
  MemoryState memory;
  HeapState heap;
  FramesState frames;
  PageTreeState page_tree;
  EventState events;
  ThreadState threads;
  HappenedState happened;
  BreakpointState breakpoints;
  ListingState listing;
};

using Commands = std::vector<UiCommand>;

struct Panel {
  const char* id;  // stable: layout files and tests use it
  const char* title;
  const char* help;  // a few sentences for somebody who has not had the lecture yet; shown on F1 and "?"
  void (*draw)(PanelState&, const MachineView&, Commands&);
  void (*request)(const PanelState&, ViewRequest&);  // what the view must hold for it; may be null
  bool sideways = false;                             // scrolls sideways where it is wider than its room
};

// Every panel of the window, in the order of the tabs.
std::span<const Panel* const> all_panels();
const Panel* find_panel(std::string_view id);

}  // namespace ringside
