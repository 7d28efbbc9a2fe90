// SPDX-License-Identifier: GPL-2.0-or-later
// `ringside lab list` and `ringside lab status`.
#include <fmt/format.h>

#include "labs/cli/command.h"
#include "labs/cli/workspace.h"

namespace ringside::labs {

Command add_list(CLI::App& program, const Labs& labs) {
  CLI::App* app = program.add_subcommand("list", "the labs, a line each");
  return {app, [&labs]() -> Result<int> {
            for (const Lab& lab : labs.manifest.labs())
              fmt::print("  {}  {:<28} {:2} steps  {:3} points   {}\n", lab.number(), lab.title,
                         lab.steps.size(), lab.points(), lab.about);
            return kAllPoints;
          }};
}

Command add_status(CLI::App& program, const Labs& labs) {
  CLI::App* app =
      program.add_subcommand("status", "how far you are: the labs in this folder and their last check");
  auto folder = std::make_shared<std::string>(".");
  app->add_option("folder", *folder, "where your labs' folders are")->check(CLI::ExistingDirectory);
  return {app, [&labs, folder]() -> Result<int> {
            bool any = false;
            const auto show = [&](const std::filesystem::path& place) {
              const auto name = lab_of(place);
              const auto lab = name ? labs.manifest.find(*name) : fail("");
              if (!lab) return;
              any = true;
              const auto verdict = last_verdict(place);
              std::string marks;
              for (const LabStep& step : (*lab)->steps) {
                const std::size_t i = static_cast<std::size_t>(&step - (*lab)->steps.data());
                const bool passed = verdict && i < verdict->steps.size() && verdict->steps[i].passed();
                marks += !verdict ? "-" : passed ? "x" : ".";
              }
              fmt::print("  {}  {:<28} [{}]  {}  {}\n", (*lab)->number(), (*lab)->title, marks,
                         verdict ? fmt::format("{:3} of {:3} points", verdict->points(), (*lab)->points())
                                 : "not checked yet  ",
                         place.string());
            };
            show(*folder);
            std::vector<std::filesystem::path> places;
            std::error_code error;
            for (const auto& entry : std::filesystem::directory_iterator(*folder, error))
              places.push_back(entry.path());
            std::ranges::sort(places);
            for (const auto& place : places) show(place);
            if (!any)
              fmt::print("No lab has been started in {}. Begin with: ringside lab start {}\n", *folder,
                         labs.manifest.labs().front().number());
            return kAllPoints;
          }};
}

}  // namespace ringside::labs
