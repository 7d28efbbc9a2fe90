// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of ringside-cli. Each adds itself to the parser and returns what runs when it was chosen; the
// result is the program's exit status.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

#include "sim/base/error.h"

namespace ringside {

using CommandAction = std::function<Result<int>()>;

struct CommandEntry {
  CLI::App* app;
  CommandAction action;
};

CommandEntry add_run_command(CLI::App& program);
CommandEntry add_inspect_command(CLI::App& program);
CommandEntry add_explain_command(CLI::App& program);

}  // namespace ringside
