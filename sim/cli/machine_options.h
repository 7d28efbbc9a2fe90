// SPDX-License-Identifier: GPL-2.0-or-later
// The options that every command shares: which machine, what is typed, where to stop. From words to values.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/cli/guest_run.h"
#include "sim/cli/typist.h"
#include "sim/machine/machine.h"

namespace ringside {

struct MachineOptions {
  std::string image;                 // empty: default_kernel()
  std::vector<std::string> modules;  // FILE or FILE=NAME
  std::string append;
  std::uint32_t memory_mib = 64;
  bool exact = false, cold = false;
};

struct StimulusOptions {
  std::string keys, serial_input;
  std::string max_instructions, max_time, idle_time;  // as typed; empty: the default
};

void add_machine_options(CLI::App& app, MachineOptions& options);
void add_stimulus_options(CLI::App& app, StimulusOptions& options);

Result<MachineConfig> machine_config(const MachineOptions& options);
Result<Budget> budget(const StimulusOptions& options);

// "10000", "1'000'000", "2e9", "500k", "10M", "3G".
Result<std::uint64_t> parse_count(const std::string& text, const char* option);
// "2.5", "2.5s", "300ms", "50us": machine time.
Result<Ticks> parse_time(const std::string& text, const char* option);

}  // namespace ringside
