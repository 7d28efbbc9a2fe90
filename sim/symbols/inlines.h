// SPDX-License-Identifier: GPL-2.0-or-later
// Functions that the compiler copied into their callers (DWARF 5, section 3.3.8): no call instruction, no
// frame on the stack, yet a reader of the source sees a call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/symbols/line_table.h"

namespace ringside {

struct ElfFile;

// One function inlined at an address.
struct InlinedCall {
  std::string function;   // qualified name without parameters: "kernel::Port::write"
  SourcePlace called_at;  // the call in the function around it
  VirtAddr start;         // where this copy's piece of code around the address starts
  std::uint64_t size = 0;
};

class InlineTable {
 public:
  InlineTable() = default;
  explicit InlineTable(const ElfFile& file);  // REQUIRES: file.lock is held

  // Innermost first; empty in code that is not inlined.
  std::vector<InlinedCall> at(VirtAddr address) const;

 private:
  // A piece of an inlined function's code. Sorted by start, outer before inner; `outer` leads to the piece
  // around it.
  struct Piece {
    std::uint64_t start = 0, end = 0;
    unsigned depth = 0;      // 1: inlined into a real function
    std::uint32_t call = 0;  // index into calls_
    std::int64_t outer = -1;
  };
  std::vector<Piece> pieces_;
  std::vector<InlinedCall> calls_;
};

}  // namespace ringside
