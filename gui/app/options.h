// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of the window.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gui/app/render_backend.h"

namespace ringside {

struct Options {
  std::string image;                // "" = the kernel built beside this program; may be a recording
  std::optional<std::uint64_t> at;  // of a recording: stand at this instruction count
  std::string lab, lab_folder;      // a lab that is open, and where the student works on it; "" = none
  unsigned lab_step = 0;            // stand where this step of it failed
  std::string command_line;
  std::vector<std::string> modules;
  std::uint32_t memory_mib = 64;
  RendererChoice renderer = RendererChoice::automatic;
  std::optional<int> scale;  // percent
  std::optional<bool> dark;
  std::optional<int> width, height;
  bool paused = false;       // stand before the first instruction
  std::string type;          // typed at the guest's prompt once it stands there
  std::string show;          // panel to bring to the front
  std::string full;          // panel to fill the window with
  std::string screenshot;    // file
  std::string dump_view;     // file
  double after_seconds = 0;  // end then, after writing the two; 0 = run until closed
  bool until_stop = false;   // end when the machine stops, after writing the two
  int frames = 0;            // the same, counted in frames
  bool frame_stats = false;
  bool keep_settings = true;  // false: neither read nor write the layout file
};

struct ParsedOptions {
  std::optional<Options> options;  // none: leave with exit_code
  int exit_code = 0;
};
// Prints help, version and errors itself.
ParsedOptions parse_options(int argc, char** argv);

}  // namespace ringside
