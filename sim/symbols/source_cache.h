// SPDX-License-Identifier: GPL-2.0-or-later
// Source files read from the host's disk, to show beside the code.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

// Keeps each file it has read. Not for several threads at once. Text it has given stays valid until forget().
class SourceCache {
 public:
  // `roots`: folders to look in when a file is not where the compiler saw it, because the tree has been moved
  // or the image was built elsewhere. The longest end of the path that exists below a root is taken.
  explicit SourceCache(std::vector<std::filesystem::path> roots = {});

  // Line `number`, from 1, without its end. Nothing when the file or the line is not there.
  std::optional<std::string_view> line(const std::string& file, unsigned number);
  // All lines; empty when the file cannot be read.
  const std::vector<std::string_view>& lines(const std::string& file);
  // Where the file was found.
  std::optional<std::filesystem::path> found_at(const std::string& file);

  void forget();  // reads again: files may have been edited

 private:
  struct Text {
    std::filesystem::path path;
    bool readable = false;
    std::string bytes;
    std::vector<std::string_view> lines;  // into `bytes`
  };
  const Text& text(const std::string& file);

  std::vector<std::filesystem::path> roots_;
  std::map<std::string, Text> texts_;
};

}  // namespace ringside
