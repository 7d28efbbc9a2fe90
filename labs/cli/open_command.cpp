// SPDX-License-Identifier: GPL-2.0-or-later
// `ringside lab open`: the lab in the window.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "labs/build/check.h"
#include "labs/cli/command.h"
#include "labs/cli/workspace.h"

namespace ringside::labs {

Command add_open(CLI::App& program, const Labs& labs) {
  struct Options {
    std::string lab, folder;
    unsigned step = 0;
    std::vector<std::string> more;
  };
  auto options = std::make_shared<Options>();
  CLI::App* app =
      program.add_subcommand("open", "the lab in the window: its text, its steps, and where they failed");
  app->add_option("lab", options->lab, "number or name")->required();
  app->add_option("folder", options->folder, "default: this folder, or the lab's name in it");
  app->add_option("--step", options->step, "at the instant where this step failed");
  app->add_option("--window", options->more, "a further argument for the window; may be repeated");
  return {app, [&labs, options]() -> Result<int> {
            const auto lab = labs.manifest.find(options->lab);
            if (!lab) return std::unexpected(lab.error());
            const auto folder = find_workspace(**lab, options->folder);
            if (!folder) return std::unexpected(folder.error());
            const auto window = labs.here.built.parent_path() / "gui/ringside-gui";
            std::vector<std::string> command{window.string(), "--lab", (*lab)->name, "--lab-folder",
                                             std::filesystem::absolute(*folder).string()};
            if (options->step) command.insert(command.end(), {"--lab-step", fmt::to_string(options->step)});
            command.insert(command.end(), options->more.begin(), options->more.end());
            std::vector<char*> arguments;
            for (std::string& word : command) arguments.push_back(word.data());
            arguments.push_back(nullptr);
            ::execv(arguments.front(), arguments.data());
            return fail(fmt::format("The window ({}) could not be started: {}.", window.string(),
                                    std::strerror(errno)));
          }};
}

}  // namespace ringside::labs
