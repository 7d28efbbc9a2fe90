// SPDX-License-Identifier: GPL-2.0-or-later
// Archives, by libarchive and in memory.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "labs/grade/intake.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;

struct Close {
  void operator()(archive* a) const { ::archive_read_free(a); }
};
using Archive = std::unique_ptr<archive, Close>;

// The formats that students are told to use, and no other of the twenty that libarchive knows.
Archive open(const path& file) {
  Archive a(::archive_read_new());
  ::archive_read_support_format_zip(a.get());
  ::archive_read_support_format_tar(a.get());
  ::archive_read_support_filter_gzip(a.get());
  ::archive_read_support_filter_bzip2(a.get());
  ::archive_read_support_filter_xz(a.get());
  ::archive_read_support_filter_zstd(a.get());
  if (::archive_read_open_filename(a.get(), file.c_str(), 65536) != ARCHIVE_OK) return nullptr;
  return a;
}

// "a/./b" as {"a", "b"}; nothing where it is absolute or leads up.
std::optional<std::vector<std::string>> parts_of(const char* name) {
  if (!name || *name == '/') return std::nullopt;
  std::vector<std::string> parts;
  for (const path& part : path(name)) {
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") parts.push_back(part.string());
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < parts.size(); ++i) text += (i > from ? "/" : "") + parts[i];
  return text;
}

struct Contents {
  std::set<std::string> top;                        // names at the top
  std::map<std::string, std::string> files, below;  // the lab's: at the top, below a folder there ("a/x.cpp")
};

// Reads an entry to its end, which is what a compressed archive makes it do anyway, and keeps what is wanted.
bool read_data(archive* a, std::uint64_t& left, std::string* keep) {
  std::array<char, 65536> buffer;
  for (;;) {
    const la_ssize_t count = ::archive_read_data(a, buffer.data(), buffer.size());
    if (count < 0 || static_cast<std::uint64_t>(count) > left) return false;
    if (count == 0) return true;
    left -= static_cast<std::uint64_t>(count);
    if (keep && keep->size() <= kMostSubmittedBytes)
      keep->append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::optional<Contents> contents(const Lab& lab, archive* a) {
  Contents found;
  const auto is_wanted = [&](const std::string& name) {
    return std::ranges::find(lab.files, name) != lab.files.end();
  };
  std::uint64_t left = kArchiveBounds.unpacked_bytes;
  archive_entry* entry = nullptr;
  for (unsigned count = 0;; ++count) {
    const int status = ::archive_read_next_header(a, &entry);
    if (status == ARCHIVE_EOF) return found;
    if ((status != ARCHIVE_OK && status != ARCHIVE_WARN) || count == kArchiveBounds.entries)
      return std::nullopt;
    const char* name = ::archive_entry_pathname(entry);
    const auto parts = parts_of(name ? name : ::archive_entry_pathname_utf8(entry));
    std::string* keep = nullptr;
    if (parts && !parts->empty()) {
      const std::string& top = parts->front();
      if (!top.starts_with('.') && top != "__MACOSX") found.top.insert(top);
      if (::archive_entry_filetype(entry) == AE_IFREG && !::archive_entry_hardlink(entry)) {
        if (const std::string all = joined(*parts, 0); is_wanted(all))
          keep = &found.files[all];
        else if (is_wanted(joined(*parts, 1)))
          keep = &found.below[all];
      }
    }
    if (keep) keep->clear();  // the same name once more replaces the first, as unpacking would
    if (!read_data(a, left, keep)) return std::nullopt;
  }
}

}  // namespace

Submission take_from_archive(const Lab& lab, const path& file) {
  const std::string name = file.filename().string();
  const auto refused = [&](std::string_view what) {
    return Submission{
        .files = {}, .status = Verdict::Status::missing, .sentence = fmt::format("{} {}.", name, what)};
  };
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);
  if (error) return refused("cannot be read");
  if (bytes > kArchiveBounds.file_bytes)
    return refused(fmt::format("is larger than {} MiB", kArchiveBounds.file_bytes >> 20));
  const Archive archive = open(file);
  auto found = archive ? contents(lab, archive.get()) : std::nullopt;
  if (!found)
    return refused(fmt::format(
        "cannot be read as an archive: it is damaged, locked, no zip or tar file, or holds more than {} MiB",
        kArchiveBounds.unpacked_bytes >> 20));
  std::vector<SubmittedFile> files;
  for (auto& [where, text] : found->files) files.push_back({where, std::move(text)});
  if (files.empty() && found->top.size() == 1)
    for (auto& [where, text] : found->below)
      if (where.starts_with(*found->top.begin() + "/"))
        files.push_back({where.substr(found->top.begin()->size() + 1), std::move(text)});
  return submission_of(lab, std::move(files));
}

}  // namespace ringside::labs
