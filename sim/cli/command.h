// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of ringside-cli. Each adds itself to the parser and returns what runs when it was chosen; the
// result is the program's exit status.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

#include "sim/base/error.h"

namespace ringside {

// What Session::until takes, for --help.
inline constexpr const char* kPoints =
    "POINT is a symbol, file.cpp:42, 0xADDRESS; text:PROMPT; @COUNT or \"500 instructions\" or \"10 ms\"; or "
    "the next\n"
    "exception, \"#pf\", vector:0x21, interrupt, irq1, port:0x20, eoi, halt, mode, ring, reset, "
    "triple-fault, ...\n";

using CommandAction = std::function<Result<int>()>;

struct CommandEntry {
  CLI::App* app;
  CommandAction action;
};

CommandEntry add_run_command(CLI::App& program);
CommandEntry add_record_command(CLI::App& program);
CommandEntry add_replay_command(CLI::App& program);
CommandEntry add_inspect_command(CLI::App& program);
CommandEntry add_explain_command(CLI::App& program);
CommandEntry add_gdb_command(CLI::App& program);

}  // namespace ringside
