// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

// Characters, not bytes: every byte of UTF-8 but the continuation bytes begins one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

// The terminal has no shapes: a fault carries a mark, so that it does not depend on a colour that is not
// there.
std::string shown(const Cell& cell) { return cell.tone == Tone::fault ? "! " + cell.text : cell.text; }

void append(std::string& line, std::string_view text, std::size_t width, bool right) {
  const std::string padding(width - std::min(width, width_of(text)), ' ');
  line += right ? padding : std::string(text);
  line += right ? std::string(text) : padding;
}

void end_line(std::string& out, std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
  line.clear();
}

}  // namespace

std::string to_text(const Table& table) {
  std::vector<std::size_t> widths;
  for (const Column& column : table.columns) widths.push_back(width_of(column.heading));
  for (const Row& row : table.rows)
    for (std::size_t i = 0; i < row.cells.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], width_of(shown(row.cells[i])));

  std::string out = table.title + '\n', line;
  if (!table.note.empty()) out += table.note + '\n';
  const bool headings =
      std::ranges::any_of(table.columns, [](const Column& column) { return !column.heading.empty(); });
  if (headings) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) line += "  ";
      append(line, table.columns[i].heading, widths[i], table.columns[i].right);
    }
    end_line(out, line);
  }
  for (const Row& row : table.rows) {
    for (std::size_t i = 0; i < row.cells.size() && i < widths.size(); ++i) {
      if (i > 0) line += "  ";
      append(line, shown(row.cells[i]), widths[i], table.columns[i].right);
    }
    end_line(out, line);
  }
  return out;
}

std::string hex64(std::uint64_t value) {
  return fmt::format("0x{:04x}'{:04x}'{:04x}'{:04x}", value >> 48, value >> 32 & 0xFFFF, value >> 16 & 0xFFFF,
                     value & 0xFFFF);
}

std::string hex32(std::uint32_t value) { return fmt::format("0x{:08x}", value); }

const Row* find_row(const Table& table, std::string_view key) {
  const auto row = std::ranges::find(table.rows, key, &Row::key);
  return row == table.rows.end() ? nullptr : &*row;
}

const Cell* find_cell(const Table& table, std::string_view key, std::string_view heading) {
  const Row* row = find_row(table, key);
  const auto column = std::ranges::find(table.columns, heading, &Column::heading);
  const auto index = static_cast<std::size_t>(column - table.columns.begin());
  return row && column != table.columns.end() && index < row->cells.size() ? &row->cells[index] : nullptr;
}

}  // namespace ringside
