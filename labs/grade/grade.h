// SPDX-License-Identifier: GPL-2.0-or-later
// Grades a class: each submission is built and checked once, and never again while it and the lab stay as
// they are. What comes out depends on the files, the lab and the seed alone: not on the order, on how many
// run at once, or on what else the computer does.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "labs/build/check.h"
#include "labs/grade/intake.h"

namespace ringside::labs {

struct Graded {
  std::string student;
  Verdict verdict;
  std::filesystem::path
      artifacts;  // folder with kernel.elf and the recordings that `verdict` names; empty: none
};

struct Progress {
  std::size_t done = 0, of = 0;
  std::size_t at_once = 0;            // of those done: nothing to build was handed in
  std::size_t from_cache = 0;         // of those done
  double building = 0, checking = 0;  // seconds, of all workers together
};

struct GradeOptions {
  std::filesystem::path cache;  // made where it is missing
  unsigned jobs = 1;
  std::uint64_t seed = 1;  // joined with each submission's content
  Confinement confinement = Confinement::sandbox;
  std::function<void(const Progress&)> progress = {};  // called from one thread at a time
};

// In the order of the entries. An error is about this computer (the disk, another grader at the same cache),
// never about a submission.
Result<std::vector<Graded>> grade(const Installation& here, const Lab& lab, const std::vector<Entry>& all,
                                  const GradeOptions& options);

}  // namespace ringside::labs
