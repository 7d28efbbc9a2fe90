// SPDX-License-Identifier: GPL-2.0-or-later
// Figures of grading: a class, and beside it how long the checks of one submission take when each starts a
// QEMU.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "child.h"
#include "figures.h"
#include "labs/book/manifest.h"

namespace ringside::bench {
namespace {

using std::filesystem::path;

constexpr unsigned kSteps = 5;  // of lab 02
constexpr unsigned kJobs = 2;

std::string text_of(const path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// Solutions, each of the lab's wrong solutions and hostile ones by turns; no two the same, so that nothing is
// known from another one.
bool make_class(const Setup& s, const path& folder) {
  const auto manifest = labs::Manifest::load(path(s.sources) / "labs");
  if (!manifest) return false;
  const labs::Lab& lab = **manifest->find("02");
  const std::string solution = text_of(lab.solution() / "screen.cpp");
  std::vector<std::string> kinds{solution, solution, solution};
  const auto all_wrong = labs::wrong_solutions(lab);
  if (!all_wrong) return false;
  for (const auto& wrong : *all_wrong) {
    std::string text = solution;
    for (const auto& edit : wrong.edits) text.replace(text.find(edit.find), edit.find.size(), edit.replace);
    kinds.push_back(std::move(text));
  }
  kinds.push_back(text_of(lab.start() / "screen.cpp"));
  for (const char* hostile :
       {"hang", "triple-fault", "says-passed", "debug-exit-first", "include-passwd", "serial-spam"})
    kinds.push_back(text_of(path(s.sources) / "tests/labs/hostile" / hostile / "screen.cpp"));
  for (unsigned n = 0; n < s.class_size; ++n)
    write_text(folder / fmt::format("student{:03}", n) / "screen.cpp",
               kinds[n % kinds.size()] + fmt::format("\n// of student {}\n", n));
  return true;
}

struct Graded {
  bool good = false;
  double wall = 0, building = 0, checking = 0;
};

Graded grade(const Setup& s, const path& in, const path& out) {
  Child child({s.grader, in.string(), "--lab", "02", "--jobs", fmt::to_string(kJobs), "--out", out.string(),
               "--timing"});
  while (child.output_until("no such text")) {
  }
  Graded result;
  const Cost cost = child.finish();
  result.wall = cost.wall;
  const std::size_t at = child.output().find("building ");
  result.good = cost.status == 0 && at != std::string::npos &&
                std::sscanf(child.output().c_str() + at, "building %lf s, checking %lf s", &result.building,
                            &result.checking) == 2;
  return result;
}

Cost cost_of(const std::vector<std::string>& command, int status, const std::string& says, bool& good) {
  Child child(command);
  if (!child.output_until(says)) good = good && says.empty();
  while (child.output_until("no such text")) {
  }
  const Cost cost = child.finish();
  good = good && cost.status == status;
  return cost;
}

Row broken(std::string figure, std::string why) {
  return {.figure = std::move(figure), .ours = "-", .peer = "-", .note = std::move(why)};
}

Row bound(std::string figure, double value, double most, std::string note) {
  return {.figure = std::move(figure),
          .ours = fmt::format("{:.3g} s", value),
          .peer = fmt::format("{:.3g} s", most),
          .ratio = value / most,
          .target = 1,
          .note = std::move(note)};
}

Row faster(std::string figure, const std::vector<Cost>& ours, const std::vector<Cost>& theirs,
           double Cost::*what) {
  std::vector<double> mine, others, ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    mine.push_back(ours[i].*what), others.push_back(theirs[i].*what);
    ratios.push_back(others.back() / mine.back());
  }
  const auto [least, most] = std::ranges::minmax(ratios);
  return {.figure = std::move(figure),
          .ours = fmt::format("{:.1f} ms", median(mine) * 1e3),
          .peer = fmt::format("{:.1f} ms", median(others) * 1e3),
          .ratio = median(ratios),
          .target = 10,
          .at_least = true,
          .note = fmt::format("{:.3g} to {:.3g}", least, most)};
}

std::vector<Row> class_rows(const Setup& s, const path& folder) {
  const std::string name = fmt::format("a class of {}: all but the compiler, a submission", s.class_size);
  if (!make_class(s, folder / "in")) return {broken(name, "the class could not be made")};
  const Graded first = grade(s, folder / "in", folder / "out"),
               second = grade(s, folder / "in", folder / "out");
  if (!first.good || !second.good) return {broken(name, "ringside grade did not come to a good end")};
  const double rest = first.wall * kJobs - first.building;
  Row again{.figure = "the same class again, unchanged: times faster",
            .ours = fmt::format("{:.3g} s", second.wall),
            .peer = fmt::format("{:.4g} s", first.wall),
            .ratio = first.wall / second.wall,
            .target = 20,
            .at_least = true,
            .note = "the peer is the first time"};
  Row compiler{.figure = "the compiler's part of the workers' time",
               .ours = fmt::format("{:.3g} s", first.building),
               .peer = fmt::format("{:.3g} s", first.wall * kJobs),
               .ratio = first.building / (first.wall * kJobs),
               .target = 0.5,
               .at_least = true,
               .note = fmt::format("checking took {:.3g} s", first.checking)};
  return {bound(name, rest / s.class_size, 0.4, fmt::format("{} at once; the peer is the bound", kJobs)),
          compiler, again};
}

}  // namespace

std::vector<Row> grade_rows(const Setup& s) {
  const path folder = std::filesystem::temp_directory_path() / fmt::format("ringside-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  std::vector<Row> rows = class_rows(s, folder);

  // The check of one built solution, and of a kernel that hangs; by turns with a QEMU for each check.
  bool good = true;
  const auto check = [&](const std::string& image) {
    return cost_of({s.checker, "--labs", s.sources + "/labs", "--lab", "02", "--image", image, "--reference",
                    s.solution, "--out", (folder / "verdict.json").string()},
                   0, "", good);
  };
  std::vector<Cost> ours, theirs, hangs;
  for (unsigned run = 0; run <= 2 * s.runs && good; ++run) {
    const Cost one = check(s.solution);
    Cost all;
    for (unsigned step = 1; step <= kSteps; ++step) {
      const Cost cost = cost_of({s.qemu, "-accel", "tcg", "-m", "64", "-kernel", s.console_checks, "-append",
                                 fmt::format("check={}", step), "-display", "none", "-serial", "stdio",
                                 "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4"},
                                33, fmt::format("check {} passed", step), good);
      all.wall += cost.wall, all.cpu += cost.cpu;
    }
    const Cost hang = check(s.hanging);
    if (run == 0) continue;  // warms up
    ours.push_back(one), theirs.push_back(all), hangs.push_back(hang);
  }
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!good) {
    rows.push_back(broken("the checks of a lab", "a check did not come to a good end"));
    return rows;
  }
  rows.push_back(
      faster("the checks of a lab, wall time / a QEMU for each: times faster", ours, theirs, &Cost::wall));
  rows.push_back(
      faster("the checks of a lab, CPU time / a QEMU for each: times faster", ours, theirs, &Cost::cpu));
  std::vector<double> walls;
  for (const Cost& cost : ours) walls.push_back(cost.wall);
  rows.push_back(bound("check of a built lab, median", median(walls), 0.3, "the peer is the bound"));
  rows.push_back(bound("verdict on a kernel that hangs", std::ranges::max(hangs, {}, &Cost::wall).wall, 2,
                       "the longest; the peer is the bound"));
  return rows;
}

}  // namespace ringside::bench
