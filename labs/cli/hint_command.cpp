// SPDX-License-Identifier: GPL-2.0-or-later
// `ringside lab hint`, which gives one hint at a time, and `ringside lab ask`, which asks.
#include <fmt/format.h>

#include <iostream>

#include "labs/build/check.h"
#include "labs/cli/command.h"
#include "labs/cli/workspace.h"

namespace ringside::labs {
namespace {

// The first step that failed in the last check; 1 where there was none.
unsigned step_to_help_with(const std::filesystem::path& folder) {
  if (const auto verdict = last_verdict(folder))
    for (const StepResult& step : verdict->steps)
      if (!step.passed()) return step.number;
  return 1;
}

}  // namespace

Command add_hint(CLI::App& program, const Labs& labs) {
  struct Options {
    std::string lab, folder;
    unsigned step = 0;
  };
  auto options = std::make_shared<Options>();
  CLI::App* app = program.add_subcommand("hint", "the next hint for the step that failed");
  app->add_option("lab", options->lab, "number or name")->required();
  app->add_option("folder", options->folder, "default: this folder, or the lab's name in it");
  app->add_option("--step", options->step, "for this step");
  return {app, [&labs, options]() -> Result<int> {
            const auto lab = labs.manifest.find(options->lab);
            if (!lab) return std::unexpected(lab.error());
            const auto folder = find_workspace(**lab, options->folder);
            if (!folder) return std::unexpected(folder.error());
            const unsigned step = options->step ? options->step : step_to_help_with(*folder);
            if (step > (*lab)->steps.size())
              return fail(fmt::format("Lab {} has {} steps.", (*lab)->number(), (*lab)->steps.size()));
            const auto all = hints(**lab, step);
            if (!all) return std::unexpected(all.error());
            const std::size_t count = std::min(hints_given(*folder, step) + 1, all->size());
            remember_hints_given(*folder, step, count);
            fmt::print("Step {}: {}\n", step, (*lab)->steps[step - 1].title);
            for (std::size_t i = 0; i < count; ++i) fmt::print("\n{}. {}\n", i + 1, (*all)[i]);
            if (count < all->size())
              fmt::print("\n{} more: ringside lab hint {}\n", all->size() - count, (*lab)->number());
            return kAllPoints;
          }};
}

Command add_ask(CLI::App& program, const Labs& labs) {
  struct Options {
    std::string lab, folder;
    std::uint64_t seed = 1;
    bool answers = false, json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* app =
      program.add_subcommand("ask", "predict what your own kernel will do; the machine knows the answer");
  app->add_option("lab", options->lab, "number or name")->required();
  app->add_option("folder", options->folder, "default: this folder, or the lab's name in it");
  app->add_option("--seed", options->seed, "other questions");
  app->add_flag("--answers", options->answers, "print the answers, ask nothing");
  app->add_flag("--json", options->json, "questions and answers as JSON");
  return {app, [&labs, options]() -> Result<int> {
            const auto lab = labs.manifest.find(options->lab);
            if (!lab) return std::unexpected(lab.error());
            const auto folder = find_workspace(**lab, options->folder);
            if (!folder) return std::unexpected(folder.error());
            const BuiltImage built =
                build_image(labs.here, **lab, read_submission(**lab, *folder),
                            std::filesystem::absolute(*folder) / kHidden / "ask", Confinement::none);
            if (built.status != Verdict::Status::checked)
              return fail(built.sentence + "\n" + built.compiler_says);
            const auto all = questions(labs.here, **lab, built.image, options->seed);
            if (!all) return std::unexpected(all.error());
            if (all->empty())
              return fail("Your kernel does not get to where the questions are about yet: check it first.");
            if (options->json) {
              fmt::print("{}\n", to_json(*all));
              return kAllPoints;
            }
            std::size_t right = 0;
            for (const Question& question : *all) {
              fmt::print("\n{}. {}\n", question.number, question.text);
              if (!options->answers) {
                fmt::print("> ");
                std::fflush(stdout);
                std::string answer;
                if (!std::getline(std::cin, answer)) break;
                const bool same = same_answer(answer, question.answer);
                right += same;
                fmt::print("{}",
                           same ? "Right. " : fmt::format("Not so: the machine says {}. ", question.answer));
              } else {
                fmt::print("   {}. ", question.answer);
              }
              fmt::print("{}\n", question.because);
            }
            if (!options->answers)
              fmt::print("\n{} of {} right. Other questions: --seed {}\n", right, all->size(),
                         options->seed + 1);
            return options->answers || right == all->size() ? kAllPoints : kPointsMissing;
          }};
}

}  // namespace ringside::labs
