// SPDX-License-Identifier: GPL-2.0-or-later
// How far a class is graded, on stderr: a bar with rate and remaining time on a terminal, a line for each
// tenth elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "labs/grade/grade.h"

namespace ringside::labs {

// "[######......]  57 of 200, 2.1 a second, 1:08 left": no faster than what is not from the cache tells.
std::string progress_line(const Progress& progress, double seconds, unsigned width = 30);

class ProgressBar {
 public:
  ProgressBar();
  void show(const Progress& progress);
  void end();  // the cursor goes to a fresh line

 private:
  std::chrono::steady_clock::time_point start_;
  bool terminal_ = false, shown_ = false;
  std::size_t tenth_ = 0;
};

}  // namespace ringside::labs
