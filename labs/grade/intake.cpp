// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grade/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace ringside::labs {
namespace {

using std::filesystem::path;

constexpr std::array<std::string_view, 9> kEndings{".zip",     ".tar",     ".tar.gz", ".tgz", ".tar.xz",
                                                   ".tar.zst", ".tar.bz2", ".txz",    ".tzst"};

std::string_view ending(std::string_view name) {
  for (const std::string_view one : kEndings)
    if (name.size() > one.size() && name.ends_with(one)) return one;
  return {};
}

// What macOS and file managers add by themselves.
bool is_junk(const std::string& name) { return name.starts_with('.') || name == "__MACOSX"; }

Submission refused(Verdict::Status status, std::string sentence) {
  return {.files = {}, .status = status, .sentence = std::move(sentence)};
}

bool has_any_file(const Lab& lab, const path& folder) {
  return std::ranges::any_of(lab.files, [&](const std::string& name) {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(folder / name, error));
  });
}

}  // namespace

bool is_archive(const path& file) { return !ending(file.filename().string()).empty(); }

Result<std::vector<Entry>> entries(const path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator all(folder, error);
  if (error)
    return fail(
        fmt::format("{} cannot be read as a folder of submissions: {}.", folder.string(), error.message()));
  std::vector<path> places;
  for (const auto& entry : all)
    if (!is_junk(entry.path().filename().string())) places.push_back(entry.path());
  std::ranges::sort(places);
  std::vector<Entry> found;
  std::set<std::string> names;
  for (const path& place : places) {
    const std::string file = place.filename().string();
    const bool is_folder = std::filesystem::is_directory(std::filesystem::symlink_status(place, error));
    std::string student = is_folder ? file : file.substr(0, file.size() - ending(file).size());
    if (!names.insert(student).second) names.insert(student = file);
    found.push_back({std::move(student), place});
  }
  std::ranges::sort(found, {}, &Entry::student);
  return found;
}

Submission take(const Lab& lab, const Entry& entry) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(entry.place, error);
  const std::string name = entry.place.filename().string();
  if (std::filesystem::is_symlink(status))
    return refused(Verdict::Status::missing, fmt::format("{} is a link, which is not followed.", name));
  if (std::filesystem::is_regular_file(status)) {
    if (is_archive(entry.place)) return take_from_archive(lab, entry.place);
    return refused(Verdict::Status::missing,
                   fmt::format("{} is neither a folder nor a zip or tar file.", name));
  }
  if (!std::filesystem::is_directory(status))
    return refused(Verdict::Status::missing, fmt::format("{} is neither a folder nor a file.", name));
  if (has_any_file(lab, entry.place)) return read_submission(lab, entry.place);
  std::vector<path> inside;
  for (const auto& one : std::filesystem::directory_iterator(entry.place, error))
    if (!is_junk(one.path().filename().string())) inside.push_back(one.path());
  if (inside.size() == 1) {
    const auto kind = std::filesystem::symlink_status(inside.front(), error);
    if (std::filesystem::is_directory(kind)) return read_submission(lab, inside.front());
    if (std::filesystem::is_regular_file(kind) && is_archive(inside.front()))
      return take_from_archive(lab, inside.front());
  }
  return read_submission(lab, entry.place);
}

}  // namespace ringside::labs
