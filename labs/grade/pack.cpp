// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grade/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "sim/timeline/sha256.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;

// Of the project, what a build without window and tests takes.
constexpr std::array<const char*, 9> kProject{"CMakeLists.txt",
                                              "CMakePresets.json",
                                              "LICENSE",
                                              "README.md",
                                              "ringside",
                                              "cmake",
                                              "kernel",
                                              "sim",
                                              "labs"};

std::string read_all(const path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A UUID of the kind that is made from a name's hash (RFC 4122, version 5, with SHA-256 in the place of
// SHA-1).
std::string uuid(const std::string& name) {
  std::string digits = hex_text(sha256(name)).substr(0, 32);
  digits[12] = '5', digits[16] = 'a';
  for (const std::size_t at : {20, 16, 12, 8}) digits.insert(at, "-");
  return digits;
}

std::string filled(std::string text, const Lab& lab) {
  const std::pair<const char*, std::string> words[]{
      {"@LAB@", lab.name},
      {"@NUMBER@", lab.number()},
      {"@TITLE@", lab.title},
      {"@FILES@", fmt::format("{}", fmt::join(lab.files, ", "))},
      {"@POINTS@", fmt::to_string(lab.points())},
      {"@UUID@", uuid("ringside lab " + lab.name)}};
  for (const auto& [word, by] : words)
    for (std::size_t at; (at = text.find(word)) != std::string::npos;)
      text.replace(at, std::string(word).size(), by);
  return text;
}

struct File {
  std::string text;
  bool runs = false;
};

bool is_program(const path& file) {
  std::error_code error;
  const auto perms = std::filesystem::status(file, error).permissions();
  return (perms & std::filesystem::perms::owner_exec) != std::filesystem::perms::none;
}

}  // namespace

Result<void> write_pack(const Installation& here, const Lab& lab, const std::string& service,
                        const path& file) {
  std::map<std::string, File> files;  // sorted
  const path pack = here.labs() / "grade/pack";
  std::error_code error;
  if ((service != "gradescope" && service != "prairielearn") ||
      !std::filesystem::is_directory(pack / service, error))
    return fail(fmt::format("There is no pack for {}: there are gradescope and prairielearn.", service));
  for (const path& folder : {pack, pack / service})
    for (const auto& one : std::filesystem::directory_iterator(folder, error))
      if (one.is_regular_file())
        files[one.path().filename().string()] = {filled(read_all(one.path()), lab), is_program(one.path())};
  for (const char* name : kProject) {
    const path top = here.sources / name;
    const auto add = [&](const path& from) {
      files["ringside/" + from.lexically_relative(here.sources).string()] = {read_all(from),
                                                                             is_program(from)};
    };
    if (std::filesystem::is_regular_file(top, error)) add(top);
    if (std::filesystem::is_directory(top, error))
      for (const auto& one : std::filesystem::recursive_directory_iterator(top, error))
        if (one.is_regular_file() && !one.is_symlink()) add(one.path());
  }
  // Unicorn of this build, where cmake/Unicorn.cmake looks first: the service's own is often older than 2.1.
  const std::string unicorn = "ringside/build/deps/unicorn/";
  for (const auto& header :
       std::filesystem::directory_iterator(path(RINGSIDE_UNICORN_HEADERS) / "unicorn", error))
    files[unicorn + "include/unicorn/" + header.path().filename().string()] = {read_all(header.path())};
  const path library =
      RINGSIDE_UNICORN_LIBRARY;  // a shared one is asked for by its whole name when it is loaded
  for (const path& called : {library, std::filesystem::canonical(library, error)})
    files[unicorn + "lib/" + called.filename().string()] = {read_all(library)};
  struct Close {
    void operator()(archive* a) const { ::archive_write_free(a); }
  };
  std::filesystem::create_directories(std::filesystem::absolute(file).parent_path(), error);
  const std::unique_ptr<archive, Close> zip(::archive_write_new());
  ::archive_write_set_format_zip(zip.get());
  bool good = ::archive_write_open_filename(zip.get(), file.c_str()) == ARCHIVE_OK;
  for (const auto& [name, content] : files) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(::archive_entry_new(),
                                                                         ::archive_entry_free);
    ::archive_entry_set_pathname(entry.get(), name.c_str());
    ::archive_entry_set_filetype(entry.get(), AE_IFREG);
    ::archive_entry_set_perm(entry.get(), content.runs ? 0755 : 0644);
    ::archive_entry_set_mtime(entry.get(), 315532800, 0);  // 1980: the first day that zip knows
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.text.size()));
    good = good && ::archive_write_header(zip.get(), entry.get()) == ARCHIVE_OK &&
           ::archive_write_data(zip.get(), content.text.data(), content.text.size()) ==
               static_cast<la_ssize_t>(content.text.size());
  }
  good = good && ::archive_write_close(zip.get()) == ARCHIVE_OK;
  if (!good)
    return fail(
        fmt::format("{} cannot be written: is there such a folder, and room on the disk?", file.string()));
  return {};
}

}  // namespace ringside::labs
