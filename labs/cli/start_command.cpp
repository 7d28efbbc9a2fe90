// SPDX-License-Identifier: GPL-2.0-or-later
// `ringside lab start`: a folder to work in.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "labs/cli/command.h"
#include "labs/cli/workspace.h"

namespace ringside::labs {

Command add_start(CLI::App& program, const Labs& labs) {
  struct Options {
    std::string lab, folder;
    bool solution = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* app = program.add_subcommand("start", "make a folder with a lab's files to work in");
  app->add_option("lab", options->lab, "number or name")->required();
  app->add_option("folder", options->folder, "default: its name, here");
  app->add_flag("--solution", options->solution, "with the lab's solution in it instead of the start");
  return {app, [&labs, options]() -> Result<int> {
            const auto lab = labs.manifest.find(options->lab);
            if (!lab) return std::unexpected(lab.error());
            const std::filesystem::path folder = options->folder.empty() ? (*lab)->name : options->folder;
            const auto made = make_workspace(labs.here, **lab, folder,
                                             options->solution ? (*lab)->solution() : (*lab)->start());
            if (!made) return std::unexpected(made.error());
            fmt::print("Lab {}: {}\n\n  read   {}\n  edit   {}\n  check  ringside lab check {} {}\n",
                       (*lab)->number(), (*lab)->title, (folder / "README.md").string(),
                       fmt::join((*lab)->files, ", "), (*lab)->number(), folder.string());
            return kAllPoints;
          }};
}

}  // namespace ringside::labs
