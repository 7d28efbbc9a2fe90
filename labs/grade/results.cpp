// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grade/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "labs/grade/formats.h"
#include "labs/grade/student_report.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;

constexpr std::array<const char*, 6> kNames{"json", "junit", "gradescope", "prairielearn", "autolab", "csv"};
constexpr std::array<const char*, 4> kOurs{"results.json", "results.csv", "junit.xml", "index.html"};

Result<void> write_file(const path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail(fmt::format("{} cannot be written: is the disk full?", file.string()));
  return {};
}

// Files of an earlier run; what others have put there stays.
void clear(const Lab& lab, const path& folder) {
  std::error_code error;
  for (const char* name :
       {"report.md", "report.html", "kernel.elf", "gradescope.json", "prairielearn.json", "autolab.json"})
    std::filesystem::remove(folder / name, error);
  for (std::size_t n = 1; n <= lab.steps.size(); ++n)
    for (const char* name : {"screen-{}.svg", "step-{}.recording"})
      std::filesystem::remove(folder / fmt::format(fmt::runtime(name), n), error);
}

Result<void> write_student(const Lab& lab, const Graded& one, const std::set<Format>& formats,
                           const path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  clear(lab, folder);
  std::vector<std::pair<std::string, std::string>> files = student_report(lab, one);
  if (formats.contains(Format::gradescope))
    files.emplace_back("gradescope.json", gradescope_json(lab, one.verdict));
  if (formats.contains(Format::prairielearn))
    files.emplace_back("prairielearn.json", prairielearn_json(lab, one.verdict));
  if (formats.contains(Format::autolab)) files.emplace_back("autolab.json", autolab_line(lab, one.verdict));
  for (const auto& [name, text] : files)
    if (auto done = write_file(folder / name, text); !done) return done;
  if (one.artifacts.empty()) return {};
  for (const auto& artifact : std::filesystem::directory_iterator(one.artifacts, error))
    if (artifact.path().filename() != "verdict.json")
      std::filesystem::copy_file(artifact.path(), folder / artifact.path().filename(),
                                 std::filesystem::copy_options::overwrite_existing, error);
  if (error) return fail(fmt::format("{} cannot be filled: {}.", folder.string(), error.message()));
  return {};
}

}  // namespace

Result<std::set<Format>> formats_from(const std::vector<std::string>& names) {
  std::set<Format> formats;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(kNames, name);
    if (found == kNames.end())
      return fail(fmt::format(
          "There is no format {}: there are json, junit, gradescope, prairielearn, autolab and csv.", name));
    formats.insert(static_cast<Format>(found - kNames.begin()));
  }
  return formats;
}

std::string folder_of(const std::string& student) {
  // A name that begins like what is put in front of ours gets one more, so that no two students share a
  // folder.
  const bool taken = student.starts_with("_") || std::ranges::find(kOurs, student) != kOurs.end();
  return taken ? "_" + student : student;
}

Result<void> write_results(const Lab& lab, const std::vector<Graded>& all, const std::set<Format>& formats,
                           const path& out, std::uint64_t seed) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  for (const Graded& one : all)
    if (auto done = write_student(lab, one, formats, out / folder_of(one.student)); !done) return done;
  std::vector<std::pair<std::string, std::string>> files{{"index.html", class_page(lab, all)}};
  if (formats.contains(Format::json)) files.emplace_back("results.json", class_json(lab, all, seed));
  if (formats.contains(Format::csv)) files.emplace_back("results.csv", class_csv(lab, all));
  if (formats.contains(Format::junit)) files.emplace_back("junit.xml", class_junit(lab, all));
  for (const auto& [name, text] : files)
    if (auto done = write_file(out / name, text); !done) return done;
  return {};
}

}  // namespace ringside::labs
