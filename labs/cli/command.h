// SPDX-License-Identifier: GPL-2.0-or-later
// The subcommands of `ringside lab`.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "labs/build/image.h"

namespace ringside::labs {

enum ExitStatus { kAllPoints = 0, kPointsMissing = 1, kError = 2 };

struct Command {
  CLI::App* app = nullptr;
  std::function<Result<int>()> action;  // the exit status
};

struct Labs {
  Installation here;
  Manifest manifest;
};

Command add_list(CLI::App& program, const Labs& labs);
Command add_start(CLI::App& program, const Labs& labs);
Command add_check(CLI::App& program, const Labs& labs);
Command add_hint(CLI::App& program, const Labs& labs);
Command add_ask(CLI::App& program, const Labs& labs);
Command add_status(CLI::App& program, const Labs& labs);
Command add_open(CLI::App& program, const Labs& labs);
Command add_new(CLI::App& program, const Labs& labs);

}  // namespace ringside::labs
