// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-grade: what an instructor starts as `ringside grade`.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "labs/build/sandbox.h"
#include "labs/grade/formats.h"
#include "labs/grade/pack.h"
#include "labs/grade/results.h"
#include "labs/grader/progress_bar.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;

enum ExitStatus { kGraded = 0, kError = 2 };

struct Options {
  std::string submissions, lab, out = "grades", cache, pack;
  std::vector<std::string> formats{"json", "csv"};
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::uint64_t seed = 1;
  bool single = false, no_sandbox = false, timing = false;
};

int refuse(const std::string& sentence) {
  fmt::print(stderr, "ringside grade: {}\n", sentence);
  return kError;
}

// Ctrl-C: the children die with us, and the verdicts that are there stay.
void interrupted(int) {
  constexpr std::string_view kWords =
      "\nringside grade: interrupted. The same command goes on where this one was.\n";
  [[maybe_unused]] const auto written = ::write(2, kWords.data(), kWords.size());
  ::_exit(130);
}

Result<std::vector<Entry>> class_entries(const Options& options, const path& out) {
  const path folder = options.submissions;
  std::error_code error;
  if (options.single) {
    // By its real name: "." and ".." are nobody's.
    const std::string name =
        (std::filesystem::weakly_canonical(folder, error) / "").parent_path().filename().string();
    if (error || name.empty())
      return fail(fmt::format("{} is no submission: it has no name.", options.submissions));
    return std::vector<Entry>{{name, folder}};
  }
  auto all = entries(folder);
  if (!all) return all;
  // The output may lie in there; it is nobody's submission.
  std::erase_if(*all, [&](const Entry& one) { return std::filesystem::equivalent(one.place, out, error); });
  if (all->empty())
    return fail(fmt::format(
        "There is nothing to grade in {}: it should hold a folder, zip or tar file for each student.",
        options.submissions));
  return all;
}

void summarize(const std::vector<Graded>& all, const path& out) {
  std::map<std::string, unsigned> statuses;
  unsigned full = 0;
  for (const Graded& one : all) {
    ++statuses[name(one.verdict.status)];
    full += one.verdict.passed();
  }
  fmt::print("{} submissions:", all.size());
  for (const char* separator = " "; const auto& [status, count] : statuses) {
    fmt::print("{}{} {}", separator, count, status);
    separator = ", ";
  }
  fmt::print("; {} with all points. See {}\n", full, (out / "index.html").string());
}

int make_pack(const Installation& here, const Lab& lab, const Options& options) {
  const path file = path(options.out) / fmt::format("{}-{}.zip", options.pack, lab.name);
  if (const auto done = write_pack(here, lab, options.pack, file); !done)
    return refuse(done.error().sentence);
  fmt::print("{} is ready to be uploaded; README.md in it says how.\n", file.string());
  return kGraded;
}

int run(const Options& options) {
  const Installation here = Installation::of_this_program();
  const auto manifest = Manifest::load(here.labs());
  if (!manifest) return refuse(manifest.error().sentence);
  const auto lab = manifest->find(options.lab);
  if (!lab) return refuse(lab.error().sentence);
  if (!options.pack.empty()) return make_pack(here, **lab, options);
  if (options.submissions.empty()) return refuse("Which submissions? Name the folder that holds them.");
  const auto formats = formats_from(options.formats);
  if (!formats) return refuse(formats.error().sentence);
  const path out = std::filesystem::absolute(options.out);
  std::error_code error;
  if (std::filesystem::equivalent(out, options.submissions, error))
    return refuse("The results would lie among the submissions: name another folder with --out.");
  const auto all = class_entries(options, out);
  if (!all) return refuse(all.error().sentence);
  Confinement confinement = Confinement::sandbox;
  if (options.no_sandbox) {
    const bool root = ::geteuid() == 0;
    fmt::print(
        stderr,
        "ringside grade: --no-sandbox: the compiler {}, and what it finds there can end up in an image.\n",
        root ? "runs as nobody, and sees what anybody may read" : "sees this computer's files");
    confinement = root ? Confinement::nobody : Confinement::none;
  } else if (const auto works = sandbox_works(); !works) {
    return refuse(works.error().sentence +
                  " To grade without it, where nothing can be harmed: --no-sandbox.");
  }
  ::signal(SIGINT, interrupted);
  ProgressBar bar;
  Progress last;
  const auto graded =
      grade(here, **lab, *all,
            {.cache = options.cache.empty() ? out / ".cache" : std::filesystem::absolute(options.cache),
             .jobs = options.jobs,
             .seed = options.seed,
             .confinement = confinement,
             .progress = [&](const Progress& progress) { bar.show(last = progress); }});
  bar.end();
  if (!graded) return refuse(graded.error().sentence);
  if (auto done = write_results(**lab, *graded, *formats, out, options.seed); !done)
    return refuse(done.error().sentence);
  summarize(*graded, out);
  if (options.timing)
    fmt::print("building {:.3f} s, checking {:.3f} s, from the cache {}\n", last.building, last.checking,
               last.from_cache);
  int status = kGraded;
  for (const Graded& one : *graded) {
    if (one.verdict.status != Verdict::Status::not_checked) continue;
    fmt::print(stderr, "ringside grade: {} was not checked: {}\n", printable_text(one.student),
               printable_text(one.verdict.sentence));
    status = kError;
  }
  return status;
}

}  // namespace
}  // namespace ringside::labs

int main(int argc, char** argv) {
  using namespace ringside::labs;
  Options options;
  CLI::App program(
      "Grades a class: builds each submission in a sandbox, checks it in the simulator, writes results.",
      "ringside grade");
  program.add_option("submissions", options.submissions,
                     "a folder with a folder, zip or tar file for each student");
  program.add_option("--lab", options.lab, "number or name of the lab")->required();
  program.add_option("--jobs", options.jobs, "how many at once")
      ->check(CLI::Range(1u, 1024u))
      ->capture_default_str();
  program.add_option("--format", options.formats, "json, junit, gradescope, prairielearn, autolab, csv")
      ->delimiter(',')
      ->capture_default_str();
  program.add_option("--out", options.out, "the folder for results and reports")->capture_default_str();
  program.add_option("--cache", options.cache,
                     "the folder for verdicts that need not be found again; default: OUT/.cache");
  program.add_option("--seed", options.seed, "chooses the arguments that the checks use")
      ->capture_default_str();
  program.add_option("--pack", options.pack,
                     "instead: make the zip file to upload to gradescope or prairielearn, in OUT");
  program.add_flag("--single", options.single, "SUBMISSIONS is one submission itself");
  program.add_flag("--no-sandbox", options.no_sandbox,
                   "go on without bubblewrap: for a computer where nothing can be harmed");
  program.add_flag("--timing", options.timing, "say how long building and checking took");
  program.footer(
      "Examples:\n"
      "  ringside grade handins --lab 02                          into grades/: results.json, results.csv, a "
      "report for each\n"
      "  ringside grade handins --lab 02 --jobs 8 --format json,junit --out lab02\n"
      "  ringside grade alice.zip --lab 02 --single --format gradescope\n"
      "  ringside grade --pack gradescope --lab 02                grades/gradescope-02-vga-text.zip\n"
      "Started again, it goes on where it was; what has not changed comes from the cache.\n"
      "Exit status: 0 all graded, whatever their points; 2 an error of ours.");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);
    fmt::print(stderr, "ringside grade: {}. See ringside grade --help.\n", error.what());
    return 2;
  }
  return ringside::labs::run(options);
}
