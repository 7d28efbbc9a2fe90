// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/terminal_screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/screen_print.h"
#include "sim/devices/cp437.h"

namespace ringside {
namespace {

constexpr unsigned kShortGap = 6;

std::string move_to(unsigned row, unsigned column) { return fmt::format("\x1b[{};{}H", row + 1, column + 1); }

// As many characters as fit. The status is plain ASCII but for what an image's path may hold.
std::string_view fitting(std::string_view text, unsigned columns) {
  std::size_t end = 0, characters = 0;
  while (end < text.size() && characters < columns) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    ++characters;
  }
  return text.substr(0, end);
}

}  // namespace

std::string TerminalScreen::draw(const ScreenText& screen, std::string_view status, TerminalSize size) {
  std::string out;
  if (size != size_) {
    out += "\x1b[0m\x1b[2J";
    for (auto& row : drawn_) row.fill(std::nullopt);
    status_.clear();
    size_ = size;
  }
  if (size.columns < kLeast.columns || size.rows < kLeast.rows)
    return out +
           fmt::format("\x1b[?25l\x1b[H\x1b[0mToo small: {} columns and {} rows are needed. Ctrl-] leaves.",
                       kLeast.columns, kLeast.rows);
  const unsigned rows = std::min(kTextRows, size.rows - 1);
  // The window moves as little as will do to hold the cursor.
  if (screen.cursor) {
    const unsigned row = screen.cursor->at.row;
    if (row < first_row_) first_row_ = row;
    if (row >= first_row_ + rows) first_row_ = row + 1 - rows;
  }
  first_row_ = std::min(first_row_, kTextRows - rows);

  std::string cells;
  for (unsigned row = 0; row < rows; ++row) {
    std::optional<unsigned> at;  // where the terminal's cursor is in this row
    std::string colours;
    const auto put = [&](unsigned column) {
      const TextCell& cell = *drawn_[row][column];
      if (auto wanted = cell_colours(cell); wanted != colours) cells += colours = std::move(wanted);
      append_cp437(cells, cell.character);
    };
    for (unsigned column = 0; column < kTextColumns; ++column) {
      TextCell cell = screen.rows[first_row_ + row][column];
      if (!screen.display_on) cell = {};
      if (drawn_[row][column] == cell) continue;
      drawn_[row][column] = cell;
      // Over a gap of a few cells it is shorter to send them again than to move, and words stay in one piece.
      if (at && column - *at <= kShortGap) {
        while (*at < column) put((*at)++);
      } else {
        cells += move_to(row, column);
      }
      put(column);
      at = column + 1;
    }
  }
  if (status != status_) {
    cells += fmt::format("{}\x1b[0;7m{:<{}}", move_to(rows, 0), fitting(status, size.columns), size.columns);
    status_ = status;
  }
  std::optional<TextPosition> cursor;
  if (screen.cursor && screen.display_on)
    cursor = {screen.cursor->at.row - first_row_, screen.cursor->at.column};
  if (cells.empty() && out.empty() && cursor == cursor_) return out;
  cursor_ = cursor;
  if (!cells.empty()) out += "\x1b[?25l" + cells + "\x1b[0m";
  out += cursor ? move_to(cursor->row, cursor->column) + "\x1b[?25h" : "\x1b[?25l";
  return out;
}

}  // namespace ringside
