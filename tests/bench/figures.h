// SPDX-License-Identifier: GPL-2.0-or-later
// The figures that Ringside has to reach, each measured beside a peer in one go: ours, peer, ours, peer, ...,
// so that a machine that is faster now and slower then is so for both.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ringside::bench {

struct Setup {
  std::string cli, kernel, workload, qemu;  // programs and images
  unsigned runs = 5;                        // pairs
  unsigned repeats = 0;                     // of record and replay
  std::string grader, checker, sources;     // programs of the labs, the project's folder
  std::string solution, hanging;            // images of lab 02
  std::string console_checks;               // the solution with its checks in the kernel
  unsigned class_size = 200;
};

struct Row {
  std::string figure;
  std::string ours, peer;  // with units
  double ratio = 0;        // median of the pairs' ratios
  double target = 0;
  bool at_least = false;  // the ratio has to be at least the target, not at most
  std::string note;       // what went wrong, or how wide the ratios lie
  bool met() const { return ratio > 0 && (at_least ? ratio >= target : ratio <= target); }
};

std::vector<Row> workload_rows(const Setup&);  // CPU time of the compute-and-memory kernel
std::vector<Row> prompt_rows(const Setup&);    // from the start of the process to the kernel's prompt
std::vector<Row> step_rows(const Setup&);      // single steps a second
std::vector<Row> memory_rows(const Setup&);    // peak of resident memory
std::vector<Row> history_rows(const Setup&);   // running with a history, and going about in it
std::vector<Row> grade_rows(const Setup&);     // a class, and the checks of one submission
std::vector<Row> repeat_rows(const Setup&);    // replays that are equal to what was recorded

}  // namespace ringside::bench
