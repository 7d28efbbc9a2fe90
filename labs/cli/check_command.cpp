// SPDX-License-Identifier: GPL-2.0-or-later
// `ringside lab check`: builds and checks what is in a student's folder.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <thread>

#include "labs/book/report.h"
#include "labs/build/check.h"
#include "labs/cli/command.h"
#include "labs/cli/workspace.h"

namespace ringside::labs {
namespace {

struct Options {
  std::string lab, folder;
  bool json = false, watch = false;
};

unsigned terminal_width() {
  winsize size{};
  return ::ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

Verdict check_once(const Labs& labs, const Lab& lab, const std::filesystem::path& folder) {
  return check_submission(labs.here, lab, read_submission(lab, folder), check_folder(folder),
                          Confinement::none);
}

void print(const Labs& labs, const Lab& lab, const Verdict& verdict, const std::filesystem::path& folder,
           bool json) {
  if (json) {
    fmt::print("{}\n", to_json(verdict));
    return;
  }
  const bool color = ::isatty(1) && !::getenv("NO_COLOR");
  fmt::print("{}", report(lab, verdict,
                          {.color = color,
                           .width = std::min(terminal_width(), 120u),
                           .open = fmt::format("ringside lab open {} {} --step {{step}}", lab.number(),
                                               folder.string())}));
  const std::vector<Lab>& all = labs.manifest.labs();
  if (const std::size_t next = static_cast<std::size_t>(&lab - all.data()) + 1;
      verdict.passed() && next < all.size())
    fmt::print("Next: ringside lab start {}    {}\n", all[next].number(), all[next].title);
  std::fflush(stdout);
}

using Times = std::map<std::string, std::filesystem::file_time_type>;
Times times(const Lab& lab, const std::filesystem::path& folder) {
  Times all;
  std::error_code error;
  for (const std::string& file : lab.files)
    all[file] = std::filesystem::last_write_time(folder / file, error);
  return all;
}

}  // namespace

Command add_check(CLI::App& program, const Labs& labs) {
  auto options = std::make_shared<Options>();
  CLI::App* app = program.add_subcommand(
      "check", "build and check; exit status 0: all points, 1: some are missing, 2: an error");
  app->add_option("lab", options->lab, "number or name")->required();
  app->add_option("folder", options->folder, "default: this folder, or the lab's name in it");
  app->add_flag("--json", options->json, "the verdict as JSON");
  app->add_flag("--watch", options->watch, "again whenever a file is saved, until Ctrl-C");
  return {app, [&labs, options]() -> Result<int> {
            const auto lab = labs.manifest.find(options->lab);
            if (!lab) return std::unexpected(lab.error());
            const auto folder = find_workspace(**lab, options->folder);
            if (!folder) return std::unexpected(folder.error());
            for (;;) {
              const Times seen = times(**lab, *folder);
              const Verdict verdict = check_once(labs, **lab, *folder);
              if (options->watch && !options->json && ::isatty(1)) fmt::print("\x1b[H\x1b[2J");
              print(labs, **lab, verdict, *folder, options->json);
              if (!options->watch)
                return verdict.status == Verdict::Status::not_checked ? kError
                       : verdict.passed()                             ? kAllPoints
                                                                      : kPointsMissing;
              fmt::print("Waiting for a file to be saved; Ctrl-C ends.\n");
              std::fflush(stdout);
              while (times(**lab, *folder) == seen)
                std::this_thread::sleep_for(std::chrono::milliseconds(200));
            }
          }};
}

}  // namespace ringside::labs
