// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-lab: what a student starts as `ringside lab`.
#include <fmt/format.h>

#include <algorithm>

#include "labs/cli/command.h"

int main(int argc, char** argv) {
  using namespace ringside::labs;
  const Installation here = Installation::of_this_program();
  const auto manifest = Manifest::load(here.labs());
  if (!manifest) {
    fmt::print(stderr, "ringside lab: {}\n", manifest.error().sentence);
    return kError;
  }
  const Labs labs{here, *manifest};
  CLI::App program("Labs: take one, write the part of the kernel that is missing, and let it be checked.",
                   "ringside lab");
  program.require_subcommand(1);
  program.footer(
      "Begin with:  ./ringside lab list\n             ./ringside lab start 02\n             ./ringside lab "
      "check 02");
  const std::vector<Command> commands{
      add_list(program, labs), add_start(program, labs), add_check(program, labs),  add_hint(program, labs),
      add_ask(program, labs),  add_open(program, labs),  add_status(program, labs), add_new(program, labs)};
  const auto is_named = [&](const Command& command) { return command.app->check_name(argv[1]); };
  if (argc > 1 && argv[1][0] != '-' && std::ranges::none_of(commands, is_named)) {
    fmt::print(stderr, "ringside lab: There is no command {}. See ringside lab --help.\n", argv[1]);
    return kError;
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);
    fmt::print(stderr, "ringside lab: {}. See ringside lab --help.\n", error.what());
    return kError;
  }
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    const auto status = command.action();
    if (status) return *status;
    fmt::print(stderr, "ringside lab: {}\n", status.error().sentence);
  }
  return kError;
}
