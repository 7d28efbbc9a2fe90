// SPDX-License-Identifier: GPL-2.0-or-later
// What `run` and `record` share: they are the same but for the recording.
#pragma once

#include <CLI/CLI.hpp>

#include <cstddef>
#include <string>

#include "sim/base/error.h"
#include "sim/cli/machine_options.h"

namespace ringside {

struct RunOptions {
  MachineOptions machine;
  StimulusOptions stimulus;
  std::string until, serial, console;
  std::string record;             // where the recording goes; empty: none is made
  std::size_t history_mib = 256;  // for checkpoints, while recording
  bool screen = false, json = false, interactive = false, quiet = false;
};

void add_run_options(CLI::App& app, RunOptions& options);
Result<int> run_program(const RunOptions& options);  // the exit status

}  // namespace ringside
