// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/source_cache.h"

#include <fstream>
#include <iterator>

namespace ringside {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestSource = 16 << 20;

// Paths come from the image: no devices, no pipes.
bool worth_reading(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) <= kLargestSource && !error;
}

std::optional<fs::path> look_for(const fs::path& file, const std::vector<fs::path>& roots) {
  if (worth_reading(file)) return file;
  const fs::path relative = file.relative_path();
  for (auto first = relative.begin(); first != relative.end(); ++first) {
    fs::path end_of_path;
    for (auto part = first; part != relative.end(); ++part) end_of_path /= *part;
    for (const fs::path& root : roots) {
      if (worth_reading(root / end_of_path)) return root / end_of_path;
    }
  }
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

SourceCache::SourceCache(std::vector<fs::path> roots) : roots_(std::move(roots)) {}

const SourceCache::Text& SourceCache::text(const std::string& file) {
  const auto [entry, is_new] = texts_.try_emplace(file);
  Text& text = entry->second;
  if (!is_new) return text;
  if (const auto path = look_for(file, roots_)) {
    std::ifstream stream(*path, std::ios::binary);
    text.bytes.assign(std::istreambuf_iterator<char>(stream), {});
    text.readable = stream.good() || stream.eof();
    text.path = *path;
    text.lines = split(text.bytes);
  }
  return text;
}

std::optional<std::string_view> SourceCache::line(const std::string& file, unsigned number) {
  const auto& all = lines(file);
  if (number == 0 || number > all.size()) return std::nullopt;
  return all[number - 1];
}

const std::vector<std::string_view>& SourceCache::lines(const std::string& file) { return text(file).lines; }

std::optional<fs::path> SourceCache::found_at(const std::string& file) {
  const Text& found = text(file);
  if (!found.readable) return std::nullopt;
  return found.path;
}

void SourceCache::forget() { texts_.clear(); }

}  // namespace ringside
