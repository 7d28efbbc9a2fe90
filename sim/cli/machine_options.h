// SPDX-License-Identifier: GPL-2.0-or-later
// The options that every command shares: which machine, what is typed, where to stop. From words to values.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/cli/guest_run.h"
#include "sim/cli/typist.h"
#include "sim/session/session.h"

namespace ringside {

struct MachineOptions {
  std::string image;                 // empty: default_kernel()
  std::vector<std::string> modules;  // FILE or FILE=NAME
  std::vector<std::string> sources;  // folders to look for source files in
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

// Reads the files and puts the machine together, ready to run. Every error is a sentence about an argument.
// `history`: what going back may cost; a run that only goes forward wants none.
Result<std::unique_ptr<Session>> open_session(const MachineOptions& options,
                                              HistoryConfig history = {.keep = false});
Result<Typist> typist(const StimulusOptions& options);
Result<Budget> budget(const StimulusOptions& options);

// "10000", "1'000'000", "2e9", "500k", "10M", "3G".
Result<std::uint64_t> parse_count(const std::string& text, const char* option);
// "2.5", "2.5s", "300ms", "50us": machine time.
Result<Ticks> parse_time(const std::string& text, const char* option);

}  // namespace ringside
