// SPDX-License-Identifier: GPL-2.0-or-later
// Which source line each instruction comes from: the line number programs of all compilation units (DWARF 5,
// section 6.2), run once and kept as one sorted table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/units.h"

namespace ringside {

struct ElfFile;

struct SourcePlace {
  std::string file;     // absolute, as the compiler saw it
  unsigned line = 0;    // from 1; 0: the compiler says that the code belongs to no line
  unsigned column = 0;  // from 1; 0: unknown
  bool operator==(const SourcePlace&) const = default;
};

// The instructions in [start, start + size) come from one place.
struct LineRow {
  VirtAddr start;
  std::uint64_t size = 0;
  std::uint32_t file = 0;  // index into LineTable::files
  std::uint32_t line = 0;
  std::uint16_t column = 0;
  bool is_statement = false;  // a good place for a breakpoint, says the compiler
};

class LineTable {
 public:
  LineTable() = default;
  explicit LineTable(const ElfFile& file);  // REQUIRES: file.lock is held

  std::vector<std::string> files;  // absolute, without "." and ".."
  std::vector<LineRow> rows;       // sorted by address, none empty

  const LineRow* at(VirtAddr address) const;
  SourcePlace place(const LineRow& row) const { return {files[row.file], row.line, row.column}; }

  // Files whose path ends in whole components of `suffix` ("arch/idt.cpp", "idt.cpp"), as indices.
  std::vector<std::uint32_t> files_called(std::string_view suffix) const;

  // Where the statements of a line start, by address. `line` is the one asked for or the next one in the file
  // that has code; no addresses: there is none.
  struct Statements {
    unsigned line = 0;
    std::vector<VirtAddr> addresses;
  };
  Statements statements(std::uint32_t file, unsigned line) const;

  // Lines of a file that have code, ascending: where a breakpoint can be set.
  std::vector<unsigned> lines_with_code(std::uint32_t file) const;

 private:
  // A statement's start. Optimised code has statements without an instruction of their own; they count for a
  // line only that has no other.
  struct Statement {
    std::uint32_t file = 0, line = 0;
    bool empty = false;
    VirtAddr start;
    auto operator<=>(const Statement&) const = default;
  };
  std::vector<Statement> by_line_;  // sorted
};

// Joins a path of the debug information to the folder it is relative to, and tidies it.
std::string absolute_path(std::string_view folder, std::string_view path);

}  // namespace ringside
