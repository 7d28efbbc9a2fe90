// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/options.h"

#include <CLI/CLI.hpp>
#include <map>

#include "gui/app/settings.h"

namespace ringside {

ParsedOptions parse_options(int argc, char** argv) {
  Options o;
  CLI::App app(
      "Ringside: an OS lab you can step through. Runs a kernel inside a modelled PC and shows what the "
      "machine does.",
      "ringside");
  app.set_version_flag("--version", std::string("ringside ") + RINGSIDE_VERSION);
  std::string renderer = "auto", theme;
  int scale = 0, width = 0, height = 0;
  CLI::Option* image =
      app.add_option("image", o.image,
                     "kernel image (Multiboot 1 or 2), or a recording; default: Ringside's own kernel")
          ->check(CLI::ExistingFile);
  CLI::Option* at =
      app.add_option("--at", o.at, "of a recording: stand at this instruction; default: its end");
  at->needs(image);
  CLI::Option* lab =
      app.add_option("--lab", o.lab, "a lab to work on: its text and its steps beside your kernel");
  CLI::Option* folder =
      app.add_option("--lab-folder", o.lab_folder, "where you work on it (ringside lab start)")
          ->check(CLI::ExistingDirectory);
  lab->needs(folder)->excludes(image);
  folder->needs(lab);
  app.add_option("--lab-step", o.lab_step, "stand where this step of the lab failed")->needs(lab);
  app.add_option("--append", o.command_line, "command line of the kernel");
  app.add_option("--module", o.modules, "a file that the kernel finds as a boot module; may be repeated")
      ->check(CLI::ExistingFile);
  app.add_option("--memory", o.memory_mib, "memory of the machine in MiB")
      ->check(CLI::Range(2, 3072))
      ->capture_default_str();
  app.add_option("--renderer", renderer, "gl, sdl or auto")
      ->check(CLI::IsMember({"gl", "sdl", "auto"}))
      ->capture_default_str();
  app.add_option("--scale", scale, "size of letters in percent, 100 to 300")
      ->check(CLI::Range(kMinScale, kMaxScale));
  app.add_option("--theme", theme, "dark or light")->check(CLI::IsMember({"dark", "light"}));
  app.add_option("--width", width, "width of the window in pixels")->check(CLI::Range(640, 16384));
  app.add_option("--height", height, "height of the window in pixels")->check(CLI::Range(400, 16384));
  app.add_flag("--paused", o.paused, "stand before the kernel's first instruction");
  app.add_option("--type", o.type,
                 "text to type once the kernel waits for input, such as \"fault pf<Enter>\"");
  app.add_option("--show", o.show, "panel to bring to the front");
  app.add_option("--full", o.full, "panel to fill the window with");
  app.add_option("--screenshot", o.screenshot, "write a picture (PNG) to this file at the end");
  app.add_option("--dump-view", o.dump_view, "write the text on the screen to this file at the end");
  app.add_option("--after", o.after_seconds, "end after so many seconds")->check(CLI::PositiveNumber);
  app.add_option("--frames", o.frames, "end after so many frames")->check(CLI::PositiveNumber);
  app.add_flag("--until-stop", o.until_stop, "end when the machine stops for the first time");
  app.add_flag("--frame-stats", o.frame_stats,
               "print once a second how many frames were drawn and what they took");
  app.add_flag("!--default-layout", o.keep_settings, "start with the default layout and remember nothing");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return {std::nullopt, code == 0 ? 0 : 2};
  }
  const std::map<std::string, RendererChoice> choices = {
      {"auto", RendererChoice::automatic}, {"gl", RendererChoice::gl}, {"sdl", RendererChoice::sdl}};
  o.renderer = choices.at(renderer);
  if (!theme.empty()) o.dark = theme == "dark";
  if (scale) o.scale = scale;
  if (width) o.width = width;
  if (height) o.height = height;
  return {o, 0};
}

}  // namespace ringside
