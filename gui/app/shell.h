// SPDX-License-Identifier: GPL-2.0-or-later
// The whole window as one function of a view: toolbar, tiles, time line, help. Knows ImGui and no SDL, so
// that a test can draw it without a window.
#pragma once

#include <string>

#include "gui/app/layout.h"
#include "gui/app/settings.h"
#include "gui/panels/panel.h"

namespace ringside {

class Shell {
 public:
  explicit Shell(Settings settings) : settings_(std::move(settings)) {}

  // Draws one frame of the size of ImGui's display. `commands` receives what is for the machine, for the
  // clipboard and for the scale; what is for the shell is done here.
  void draw(PanelState& state, const MachineView& view, Commands& commands);

  // What the next view must hold for the panels in sight.
  ViewRequest request(const PanelState& state) const;

  // The multiple of the guest's screen that fits where it is drawn now.
  int wanted_cell_scale() const { return wanted_cell_scale_; }

  bool machine_runs() const { return running_; }  // in the view last drawn

  Settings& settings() { return settings_; }
  const Settings& settings() const { return settings_; }
  // Opens the panel in the workspace that has it.
  void show(std::string_view panel_id);
  // Another machine is shown from now on: what was noticed of the one before is no more. `look_at_code`:
  // where the code shares a tile, it comes to the front there.
  void another_machine(PanelState& state, bool look_at_code);
  // Closes what lies over the tiles. Escape belongs to the guest where it has the keyboard, unless help is
  // open.
  bool escape(PanelState& state);

 private:
  void apply(PanelState& state, const MachineView& view, Commands& commands);
  unsigned give_hint(PanelState& state, unsigned step);
  void notice_stop(PanelState& state, const MachineView& view);
  void draw_tile(PanelState& state, const MachineView& view, const Tile& tile, Commands& commands);
  void draw_alone(PanelState& state, const MachineView& view, const Panel& panel, const Rect& at,
                  Commands& commands);
  void draw_body(PanelState& state, const MachineView& view, const Panel& panel, const Rect& at,
                 Commands& commands);
  void draw_header_buttons(PanelState& state, const Panel& panel, const Rect& header, Commands& commands);
  void draw_help(const PanelState& state);
  void draw_splitters(const PanelState& state);
  LabRoom lab_room(const PanelState& state) const;
  // The panels of a tile in the order of its tabs, in a workspace; and the one in front.
  std::vector<const Panel*> panels_of(const Tile& tile, int workspace) const;
  const Panel& front(const Tile& tile) const;
  void bring_to_front(const Tile& tile, std::string_view panel_id);

  Settings settings_;
  Tiles tiles_;  // as last drawn
  bool running_ = false;
  LabRoom lab_seen_ = LabRoom::none;
  std::string left_tab_ = "happened";  // in front where the screen's or the sentence's tile has tabs
  std::string full_;                   // the panel that fills the window; "" = none
  std::string help_;                   // the panel whose help is open
  std::string last_panel_ = "screen";
  int wanted_cell_scale_ = 1;
  std::uint64_t stop_seen_ = 0, answer_seen_ = 0;
  std::uint32_t delivery_seen_ = 0;
  bool delivery_known_ = false;
};

const char* workspace_name(int workspace);

// What the machine does, in one word: "running", "idle", "stopped", "halted", "ended".
const char* state_word(const MachineView& view);

// Parts of the frame, each in a file of its own.
void draw_toolbar(PanelState& state, const MachineView& view, const Settings& settings, const Rect& at,
                  Commands& commands);
void draw_command_box(PanelState& state, const MachineView& view, const Rect& room, Commands& commands);
void draw_time_line(PanelState& state, const MachineView& view, const Rect& at, Commands& commands);

}  // namespace ringside
