// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-bench: prints the table of figures. Exit status 0: all measured ones are met; 1: one is not; 2:
// usage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "figures.h"

int main(int argc, char** argv) {
  using namespace ringside::bench;
  Setup setup{.cli = RINGSIDE_CLI,
              .kernel = RINGSIDE_KERNEL,
              .workload = RINGSIDE_WORKLOAD,
              .qemu = "qemu-system-x86_64",
              .grader = RINGSIDE_LABS "/ringside-grade",
              .checker = RINGSIDE_LABS "/ringside-check",
              .sources = RINGSIDE_SOURCE_FOLDER,
              .solution = RINGSIDE_LABS "/02-vga-text/solution.elf",
              .hanging = RINGSIDE_HANGING,
              .console_checks = RINGSIDE_CONSOLE_CHECKS};
  std::vector<std::string> only;
  CLI::App app{"Measures Ringside beside QEMU and prints a table."};
  app.add_option("--runs", setup.runs, "pairs of runs behind each figure")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--only", only, "workload, prompt, steps, memory, history, grade, repeats")->delimiter(',');
  app.add_option("--repeats", setup.repeats,
                 "of record and replay (default 1000 by --only repeats, else 100)")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--class", setup.class_size, "submissions of the class that is graded")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--cli", setup.cli, "the program to measure");
  app.add_option("--qemu", setup.qemu, "the peer");
  app.add_option("--kernel", setup.kernel, "the kernel whose prompt is waited for");
  CLI11_PARSE(app, argc, argv);
  if (setup.repeats == 0) setup.repeats = only.empty() ? 100 : 1000;

  const std::pair<const char*, std::vector<Row> (*)(const Setup&)> figures[] = {
      {"workload", workload_rows}, {"prompt", prompt_rows}, {"steps", step_rows},    {"memory", memory_rows},
      {"history", history_rows},   {"grade", grade_rows},   {"repeats", repeat_rows}};
  for (const std::string& name : only)
    if (std::ranges::none_of(figures, [&](const auto& f) { return name == f.first; })) {
      fmt::print(stderr, "ringside-bench: there is no figure \"{}\".\n", name);
      return 2;
    }
  bool all = true;
  fmt::print("{:<62} {:>11} {:>11} {:>7} {:>8}  {:<4} {}\n", "figure", "ours", "peer", "ratio", "target",
             "met", "pairs lie from");
  for (const auto& [name, measure] : figures) {
    if (!only.empty() && std::ranges::find(only, name) == only.end()) continue;
    for (const Row& r : measure(setup)) {
      all &= r.met();
      fmt::print("{:<62} {:>11} {:>11} {:>7.3g} {:>8}  {:<4} {}\n", r.figure, r.ours, r.peer, r.ratio,
                 fmt::format("{} {:.3g}", r.at_least ? ">=" : "<=", r.target), r.met() ? "yes" : "NO",
                 r.note);
      std::fflush(stdout);
    }
  }
  return all ? 0 : 1;
}
