// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/line_table.h"

#include <dwarf.h>

#include <algorithm>
#include <filesystem>

#include "sim/symbols/elf_file.h"

namespace ringside {
namespace {

constexpr std::size_t kMostRows = 4 << 20;
constexpr std::size_t kMostUnits = 1 << 16;

// The files of the whole image, each once.
class FileNumbers {
 public:
  explicit FileNumbers(std::vector<std::string>& files) : files_(files) {}

  std::uint32_t number(std::string_view folder, const char* path) {
    // libdw hands out one string per file, so that the pointer tells most files apart.
    const auto known = by_pointer_.find(path);
    if (known != by_pointer_.end()) return known->second;
    const std::string full = absolute_path(folder, path);
    const auto [entry, is_new] = by_path_.try_emplace(full, static_cast<std::uint32_t>(files_.size()));
    if (is_new) files_.push_back(full);
    return by_pointer_[path] = entry->second;
  }

 private:
  std::vector<std::string>& files_;
  std::map<const char*, std::uint32_t> by_pointer_;
  std::map<std::string, std::uint32_t> by_path_;
};

const char* compilation_folder(Dwarf_Die* unit) {
  Dwarf_Attribute attribute;
  const char* folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
  return folder ? folder : "";
}

// One unit's rows. libdw gives them sorted by address, sequences apart.
void append_rows(Dwarf_Die* unit, const ElfFile& elf, FileNumbers& numbers, std::vector<LineRow>& rows) {
  Dwarf_Lines* lines = nullptr;
  std::size_t count = 0;
  if (dwarf_getsrclines(unit, &lines, &count) != 0) return;
  const char* folder = compilation_folder(unit);
  for (std::size_t i = 0; i + 1 < count && rows.size() < kMostRows; ++i) {
    Dwarf_Line* line = dwarf_onesrcline(lines, i);
    Dwarf_Line* next = dwarf_onesrcline(lines, i + 1);
    Dwarf_Addr start = 0, end = 0;
    bool end_of_sequence = true, is_statement = false;
    if (!line || !next || dwarf_lineendsequence(line, &end_of_sequence) != 0 || end_of_sequence) continue;
    if (dwarf_lineaddr(line, &start) != 0 || dwarf_lineaddr(next, &end) != 0 || end < start) continue;
    // Code that the linker dropped keeps its rows, moved to address 0.
    if (!elf.executable(VirtAddr{start})) continue;
    const char* path = dwarf_linesrc(line, nullptr, nullptr);
    if (!path) continue;
    int number = 0, column = 0;
    dwarf_lineno(line, &number);
    dwarf_linecol(line, &column);
    dwarf_linebeginstatement(line, &is_statement);
    rows.push_back({.start = VirtAddr{start},
                    .size = end - start,
                    .file = numbers.number(folder, path),
                    .line = static_cast<std::uint32_t>(std::max(number, 0)),
                    .column = static_cast<std::uint16_t>(std::clamp(column, 0, 0xFFFF)),
                    .is_statement = is_statement});
  }
}

}  // namespace

LineTable::LineTable(const ElfFile& file) {
  if (!file.dwarf) return;
  FileNumbers numbers(files);
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  std::uint8_t type = 0;
  for (std::size_t i = 0; i < kMostUnits; ++i) {
    if (dwarf_get_units(file.dwarf, unit, &unit, nullptr, &type, &die, nullptr) != 0) break;
    if (type == DW_UT_compile && dwarf_tag(&die) == DW_TAG_compile_unit)
      append_rows(&die, file, numbers, rows);
  }
  std::ranges::stable_sort(rows, {}, &LineRow::start);
  // Sound tables do not overlap; cut those that do, so that one row answers for an address.
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    rows[i].size = std::min(rows[i].size, rows[i + 1].start.value - rows[i].start.value);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const LineRow& row = rows[i];
    if (!row.is_statement || row.line == 0) continue;
    // "Statement" and "column 9 of it" are often two rows, of which only the second has bytes.
    std::size_t code = i;
    while (code + 1 < rows.size() && rows[code].size == 0 && rows[code + 1].start == row.start) ++code;
    const bool same_line = rows[code].file == row.file && rows[code].line == row.line;
    if (same_line) rows[code].is_statement = true;
    by_line_.push_back({row.file, row.line, !same_line, row.start});
  }
  std::ranges::sort(by_line_);
  by_line_.erase(std::ranges::unique(by_line_).begin(), by_line_.end());
  std::erase_if(rows, [](const LineRow& row) { return row.size == 0; });
}

const LineRow* LineTable::at(VirtAddr address) const {
  auto after = std::ranges::upper_bound(rows, address, {}, &LineRow::start);
  if (after == rows.begin()) return nullptr;
  const LineRow& row = *--after;
  return address.value - row.start.value < row.size ? &row : nullptr;
}

std::vector<std::uint32_t> LineTable::files_called(std::string_view suffix) const {
  while (suffix.starts_with("./")) suffix.remove_prefix(2);
  std::vector<std::uint32_t> found;
  if (suffix.empty()) return found;
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    const std::string_view path = files[i];
    if (!path.ends_with(suffix)) continue;
    const std::string_view before = path.substr(0, path.size() - suffix.size());
    if (before.empty() || before.ends_with('/') || suffix.starts_with('/')) found.push_back(i);
  }
  return found;
}

LineTable::Statements LineTable::statements(std::uint32_t file, unsigned line) const {
  auto entry = std::ranges::lower_bound(by_line_, Statement{.file = file, .line = line});
  Statements found;
  if (entry == by_line_.end() || entry->file != file) return found;
  const Statement first = *entry;
  found.line = first.line;
  for (; entry != by_line_.end(); ++entry) {
    if (entry->file != file || entry->line != first.line || entry->empty != first.empty) break;
    found.addresses.push_back(entry->start);
  }
  return found;
}

std::vector<unsigned> LineTable::lines_with_code(std::uint32_t file) const {
  std::vector<unsigned> found;
  for (auto entry = std::ranges::lower_bound(by_line_, Statement{.file = file});
       entry != by_line_.end() && entry->file == file; ++entry) {
    if (found.empty() || found.back() != entry->line) found.push_back(entry->line);
  }
  return found;
}

std::string absolute_path(std::string_view folder, std::string_view path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

}  // namespace ringside
