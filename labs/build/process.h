// SPDX-License-Identifier: GPL-2.0-or-later
// A program run as a child, within limits, with what it prints kept up to a bound.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/error.h"

namespace ringside::labs {

struct ProcessLimits {
  std::uint64_t cpu_seconds = 30;  // RLIMIT_CPU, of each process
  std::uint64_t memory_bytes = 0;  // RLIMIT_AS, of each process; 0: none
  std::uint64_t file_bytes = 0;    // RLIMIT_FSIZE; 0: none
  bool as_nobody = false;          // root: as user and group 65534, who own nothing
  unsigned processes = 0;          // it and all that it started, at once; looked at now and then; 0: none
  std::size_t output_bytes = 256 * 1024;      // what is kept of its output; the rest is read and dropped
  std::chrono::seconds wall{60};              // then it and its children are killed: a backstop, no verdict
  const std::atomic<bool>* cancel = nullptr;  // the same, soon after another thread has set it
};

struct ProcessResult {
  int status = 0;          // exit status, where `signal` is 0
  int signal = 0;          // that ended it
  bool timed_out = false;  // by ProcessLimits::wall
  double cpu_seconds = 0;  // of it and of those that it and they have waited for
  bool cancelled = false;  // by ProcessLimits::cancel
  bool too_many = false;   // killed because of ProcessLimits::processes
  bool truncated = false;  // it printed more than was kept
  std::string output;      // stdout and stderr as they came
  bool ok() const { return status == 0 && signal == 0 && !timed_out && !cancelled && !too_many; }
};

// Runs `command` (found by PATH) in `folder` with nothing on its standard input, in a process group of its
// own that is gone when this returns. An error: it could not be started. May be called from several threads
// at once.
Result<ProcessResult> run_process(const std::vector<std::string>& command,
                                  const std::filesystem::path& folder, const ProcessLimits& limits = {});

// The folder of the program that runs.
std::filesystem::path program_folder();

}  // namespace ringside::labs
