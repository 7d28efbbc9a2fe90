// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli inspect: what the machine holds at a point of its run.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

#include "sim/cli/command.h"
#include "sim/cli/goal.h"
#include "sim/cli/machine_options.h"
#include "sim/cli/report.h"
#include "sim/cli/screen_print.h"
#include "sim/inspect/cpu_tables.h"

namespace ringside {
namespace {

struct InspectOptions {
  MachineOptions machine;
  StimulusOptions stimulus;
  std::string what, argument, at;
  bool json = false;
};

Result<int> inspect(const InspectOptions& options) {
  auto config = machine_config(options.machine);
  if (!config) return std::unexpected(config.error());
  auto symbols = Symbols::load(config->image);
  if (!symbols) symbols = Symbols::none();
  auto limits = budget(options.stimulus);
  if (!limits) return std::unexpected(limits.error());
  auto typist = Typist::make(options.stimulus.keys, options.stimulus.serial_input);
  if (!typist) return std::unexpected(typist.error());
  std::optional<Goal> goal;
  if (!options.at.empty()) {
    auto parsed = parse_goal(options.at, *symbols);
    if (!parsed) return std::unexpected(parsed.error());
    goal = std::move(*parsed);
  }
  auto machine = Machine::create(std::move(*config));
  if (!machine) return std::unexpected(machine.error());
  auto ended = run_guest(
      **machine, goal, *limits, *typist, [] { return Result<void>{}; }, nullptr);
  if (!ended) return std::unexpected(ended.error());
  const InspectContext context = inspect_context(**machine, *symbols);
  if (options.what == "registers")
    fmt::print("{}", to_text(registers_table(context)));
  else if (options.what == "screen")
    fmt::print("{}", print_screen(guest_screen(**machine), want_colour()));
  else
    return fail(
        fmt::format("There is nothing named \"{}\" to inspect: try registers or screen.", options.what));
  return 0;
}

}  // namespace

CommandEntry add_inspect_command(CLI::App& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* app = program.add_subcommand("inspect", "runs to a point and prints what the machine holds");
  app->add_option("IMAGE", options->machine.image, "the kernel")->required();
  app->add_option("WHAT", options->what, "registers, screen, ...")->required();
  app->add_option("ARG", options->argument, "what some of them take: an address, a vector");
  app->add_option("--at", options->at, "where to stop; as --until of run (default: where the run ends)")
      ->type_name("POINT");
  app->add_flag("--json", options->json, "as JSON");
  add_machine_options(*app, options->machine);
  add_stimulus_options(*app, options->stimulus);
  return {app, [options] { return inspect(*options); }};
}

}  // namespace ringside
