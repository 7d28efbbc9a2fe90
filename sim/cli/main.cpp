// SPDX-License-Identifier: GPL-2.0-or-later
// Ringside without a window.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <vector>

#include "sim/cli/command.h"
#include "sim/cli/exit_status.h"
#include "sim/cli/signals.h"

int main(int argc, char** argv) {
  using namespace ringside;
  CLI::App program("Ringside: a PC that can be stepped, inspected and asked why. This is its command line.",
                   "ringside-cli");
  program.set_version_flag("--version", "Ringside " RINGSIDE_VERSION);
  program.require_subcommand(1);
  const std::vector<CommandEntry> commands{add_run_command(program),     add_record_command(program),
                                           add_replay_command(program),  add_inspect_command(program),
                                           add_explain_command(program), add_gdb_command(program)};
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    fmt::print(stderr, "ringside-cli: {}. See ringside-cli --help.\n", error.what());
    return kHostError;
  }
  for (const CommandEntry& command : commands) {
    if (!command.app->parsed()) continue;
    const Result<int> status = command.action();
    if (status) return *status;
    // Whoever read our output has seen enough (`| head`): we end as any other program would.
    if (caught_signal() == SIGPIPE) die_by(SIGPIPE);
    fmt::print(stderr, "ringside-cli: {}\n", status.error().sentence);
    return kHostError;
  }
  return kHostError;
}
