// SPDX-License-Identifier: GPL-2.0-or-later
// What the bytes mean, as plain rows. One shape for everything that is listed, so that the window, the
// command line, a lab's failure message and a golden test print the same rows, and changed values can be
// marked generically.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

// What a cell's number refers to; the window makes it a link, the tooltip decodes it.
enum class Link : std::uint8_t {
  none,
  linear,
  physical,
  selector,
  vector,
  port,
  irq,
  delivery,
  event,
  source,
  msr,
  thread,  // of the kernel's threads, by id
  moment   // a machine time that has been
};

// How a cell is meant. The window gives each meaning one colour and one shape; text output a word or a mark.
enum class Tone : std::uint8_t { plain, muted, good, fault, interrupt, write, now };

struct Cell {
  std::string text;  // complete without its link: "0xffff'8000'0010'1234"
  Link link = Link::none;
  std::uint64_t target = 0;  // the linked address, selector, vector, ...
  Tone tone = Tone::plain;
};

struct Column {
  std::string heading;
  bool right = false;  // numbers are right-aligned
};

// What a row was read from, if somebody can have written it: the question "who wrote this?" is about that.
struct RowSource {
  enum class Kind : std::uint8_t { none, linear, physical, port } kind = Kind::none;
  std::uint64_t at = 0;      // address or port
  std::uint64_t length = 1;  // bytes
};

struct Row {
  std::string key;          // stable name of the row: two views of one table are compared by it
  std::vector<Cell> cells;  // one per column
  RowSource source = {};
};

struct Table {
  std::string name;   // as `ringside inspect NAME` says it: "idt"
  std::string title;  // "Interrupt Descriptor Table"
  std::string note;   // one line above the rows, such as base and limit; may be empty
  std::vector<Column> columns;
  std::vector<Row> rows;
};

// Aligned columns for a terminal, with title, note and headings.
std::string to_text(const Table& table);

// "0xffff'8000'0010'1234": 16 digits, grouped by four; "0x00101000" for 32 bits.
std::string hex64(std::uint64_t value);
std::string hex32(std::uint32_t value);

// The row of a key, and its cell below a heading; null where there is none.
const Row* find_row(const Table& table, std::string_view key);
const Cell* find_cell(const Table& table, std::string_view key, std::string_view heading);

}  // namespace ringside
