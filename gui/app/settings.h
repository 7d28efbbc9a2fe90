// SPDX-License-Identifier: GPL-2.0-or-later
// What the window remembers from one day to the next: a small text file of "name = value" lines. A line that
// makes no sense is skipped, a value out of range is put in range: a broken file costs its own settings and
// nothing else.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace ringside {

inline constexpr int kWorkspaces = 5;
inline constexpr int kMinScale = 100, kMaxScale = 300;  // percent

// Where the splitters stand, as shares of what they divide. 0 = wherever the design says.
struct Splits {
  float left = 0;             // the screen's column, of the window's width
  float screen = 0;           // the screen, of its column
  float happened = 0.5f;      // "what just happened", of the room below the screen
  float code_width = 0.53f;   // wide windows: the code, of the room right of the screen
  float registers = 0.5f;     // wide windows: the registers, of the right column
  float code_height = 0.43f;  // narrow windows: the code, of the room right of the screen
  float lab = 0;              // a lab that is open, of the room it shares
  bool operator==(const Splits&) const = default;
};

struct Settings {
  int width = 1280, height = 800;
  int scale = 100;
  bool dark = true;
  bool stop_at_faults = true;
  bool lab_large = true;  // else it is a tab beside the events
  int workspace = 1;
  std::array<std::string, kWorkspaces> tab;  // the panel in front of each workspace; "" = its first
  Splits splits;
  bool operator==(const Settings&) const = default;
};

std::string to_text(const Settings& settings);
Settings settings_from_text(std::string_view text);

// $XDG_CONFIG_HOME/ringside/layout.ini, else ~/.config/ringside/layout.ini; empty where neither is known.
std::filesystem::path settings_path();
Settings load_settings(const std::filesystem::path& path);
// Silent where the folder cannot be written: a window without memory is still a window.
void save_settings(const std::filesystem::path& path, const Settings& settings);

}  // namespace ringside
