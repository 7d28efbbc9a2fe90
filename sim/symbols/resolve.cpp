// SPDX-License-Identifier: GPL-2.0-or-later
// Text that people type, to addresses.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "sim/symbols/parts.h"
#include "sim/symbols/symbols.h"

namespace ringside {
namespace {

constexpr std::size_t kAnswersShown = 4;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// "0x" and hexadecimal digits, which may be grouped by ' or _ as addresses often are; or decimal digits.
std::optional<std::uint64_t> number(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == '\'' || c == '_'; });
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  const char* first = digits.data() + (hexadecimal ? 2 : 0);
  const char* last = digits.data() + digits.size();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(first, last, value, hexadecimal ? 16 : 10);
  if (first == last || end != last || error != std::errc{}) return std::nullopt;
  return value;
}

struct FileAndLine {
  std::string_view file;
  unsigned line;
};

std::optional<FileAndLine> file_and_line(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || text[colon - 1] == ':') return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  unsigned line = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), line);
  if (digits.empty() || end != digits.data() + digits.size() || error != std::errc{}) return std::nullopt;
  return FileAndLine{trimmed(text.substr(0, colon)), line};
}

std::string listed(const std::vector<std::string>& items) {
  if (items.size() < 2) return items.empty() ? "" : items.front();
  return fmt::format("{} or {}", fmt::join(items.begin(), items.end() - 1, ", "), items.back());
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

Result<std::vector<VirtAddr>> places_of_line(const Symbols& symbols, FileAndLine wanted) {
  if (!symbols.has_lines()) {
    return fail(fmt::format("{}:{} cannot be found: this image carries no line numbers. Build it with -g.",
                            wanted.file, wanted.line));
  }
  const LineTable& lines = symbols.lines();
  const auto files = lines.files_called(wanted.file);
  if (files.empty()) {
    std::vector<std::string> names;
    for (const std::string& path : lines.files) names.push_back(base_name(path));
    const auto similar = most_alike(base_name(wanted.file), names, kAnswersShown);
    return fail(fmt::format("No source file with code in this image is called \"{}\"{}", wanted.file,
                            similar.empty() ? "." : fmt::format("; did you mean {}?", listed(similar))));
  }
  if (wanted.line == 0) return fail(fmt::format("Lines of {} are counted from 1.", wanted.file));
  if (files.size() > 1) {
    std::vector<std::string> paths;
    for (const std::uint32_t file : files) paths.push_back(lines.files[file]);
    if (paths.size() > kAnswersShown) paths.resize(kAnswersShown);
    return fail(fmt::format("\"{}\" could be {}; write more of the path.", wanted.file, listed(paths)));
  }
  auto places = symbols.addresses(wanted.file, wanted.line);
  if (places.empty()) {
    return fail(fmt::format("{} has no code at line {} or after it.", base_name(lines.files[files.front()]),
                            wanted.line));
  }
  return places;
}

}  // namespace

Result<std::vector<VirtAddr>> Symbols::resolve_all(std::string_view typed) const {
  std::string_view text = trimmed(typed);
  if (text.starts_with('*')) text = trimmed(text.substr(1));
  if (text.empty()) return fail("There is no address in an empty text.");
  if (const auto value = number(text)) return std::vector{VirtAddr{*value}};

  const auto one = [](const Symbol& symbol, std::uint64_t offset) {
    return std::vector{VirtAddr{symbol.start.value + offset}};
  };
  // The whole text first: operators have a plus or minus in their names.
  auto found = table().called(text);
  if (found.size() == 1) return one(*found.front(), 0);
  std::string_view symbol = text;
  if (found.empty()) {
    if (const auto wanted = file_and_line(text)) return places_of_line(*this, *wanted);
    const std::size_t sign = text.find_last_of("+-");
    const auto offset =
        sign == std::string_view::npos ? std::nullopt : number(trimmed(text.substr(sign + 1)));
    if (offset && sign > 0) {
      symbol = trimmed(text.substr(0, sign));
      const std::uint64_t moved = text[sign] == '+' ? *offset : 0 - *offset;
      if (const auto base = number(symbol)) return std::vector{VirtAddr{*base + moved}};
      found = table().called(symbol);
      if (found.size() == 1) return one(*found.front(), moved);
    }
  }
  if (found.size() > 1) {
    std::vector<std::string> answers;
    for (const Symbol* candidate : found) {
      if (answers.size() == kAnswersShown) break;
      answers.push_back(fmt::format("{} (0x{:x})", candidate->signature, candidate->start.value));
    }
    const std::string more =
        found.size() > answers.size() ? fmt::format(" and {} more", found.size() - answers.size()) : "";
    return fail(fmt::format("\"{}\" could be {}{}; write more of the name.", symbol, listed(answers), more));
  }
  if (table().names.empty()) {
    return fail(fmt::format("\"{}\" cannot be found: this image carries no symbols.", symbol));
  }
  const auto similar = table().similar(symbol, kAnswersShown);
  return fail(fmt::format("No symbol of this image is called \"{}\"{}", symbol,
                          similar.empty() ? "." : fmt::format("; did you mean {}?", listed(similar))));
}

Result<VirtAddr> Symbols::resolve(std::string_view text) const {
  const auto all = resolve_all(text);
  if (!all) return std::unexpected(all.error());
  return all->front();
}

}  // namespace ringside
