// SPDX-License-Identifier: GPL-2.0-or-later
// A test bench for panels: ImGui without a display, its own built-in font (the same on every machine), a
// machine view made by hand, and the drawn frame read back as text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gui/app/shell.h"
#include "gui/panels/panel.h"

namespace ringside {

class Bench {
 public:
  explicit Bench(float width = 640, float height = 400, float scale = 1);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  // Two frames (ImGui sizes things in the first), the panel alone in the window; what is to be read then.
  std::string draw(const Panel& panel);
  std::string draw(Shell& shell);

  // Of the last frame: the lines that a panel's edge cuts through a letter of.
  std::string cut() const;

  // Moves the mouse to the middle of the first place where this text was drawn in the last frame, and clicks:
  // one frame for each of move, press and release. False if the text is not to be seen. `button`: 1 = right.
  bool click(const Panel& panel, std::string_view text, int button = 0);
  bool click(Shell& shell, std::string_view text, int button = 0);
  // Leaves the mouse there, and reads what is drawn then.
  std::string hover(Shell& shell, std::string_view text);

  MachineView view;
  PanelState state;
  Commands commands;  // everything asked for since the bench was made

 private:
  using Draw = std::function<void()>;
  Draw drawing(const Panel& panel);
  void frame(const Draw& draw);
  bool click(const Draw& draw, std::string_view text, int button);
  ImGuiContext* context_;
};

// A machine that stands in 64-bit code, with a few registers set.
MachineView plain_view();

// Compares with tests/golden/panels/NAME.txt; with RINGSIDE_UPDATE_GOLDEN=1 writes that file instead. An
// empty string means that they agree, else it says how they differ.
std::string golden_difference(std::string_view name, const std::string& text);

}  // namespace ringside
