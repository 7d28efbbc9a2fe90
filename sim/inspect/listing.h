// SPDX-License-Identifier: GPL-2.0-or-later
// Source and machine code together, as rows: what a panel draws and the command line prints.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/inspect/disassembly.h"
#include "sim/symbols/source_cache.h"
#include "sim/symbols/symbols.h"

namespace ringside {

struct ListingRow {
  enum class Kind : std::uint8_t {
    label,        // `text` = the symbol that starts here
    source,       // `text` = the source line at `place`; empty when the file is not at hand
    instruction,  // `instruction`, `target_name`
    unreadable,   // nothing is mapped from here on
  };
  Kind kind = Kind::instruction;
  VirtAddr address;      // of the row's instruction, or of the next one
  bool current = false;  // an instruction row: the one at ListingRequest::around
  std::string text;
  SourcePlace place;  // of source rows
  bool has_code =
      false;  // of source rows: the instructions below belong to it; others fill the gap before it
  std::string
      inlined;  // of source rows: the inlined function that the line belongs to; empty in the function itself
  Instruction instruction;
  std::string
      target_name;  // of direct jumps and calls: "kernel::idt_load+0x10"; also of RIP-relative operands
};

// What a listing is made from. Only `read` is needed; `sources` may be null.
struct ListingInputs {
  const Symbols& symbols;
  SourceCache* sources = nullptr;
  ReadMemory read;
  CodeWidth width = CodeWidth::bits_64;
  const CpuState* registers =
      nullptr;  // of the instruction at ListingRequest::around, for its memory operands
};

struct ListingRequest {
  VirtAddr around;          // the instruction pointer; decoded here whatever the bytes before it look like
  std::size_t before = 12;  // instruction rows wanted in front of it
  std::size_t after = 24;   // and behind it
};

// Rows around an address. Instructions before it are decoded from a place that is known to start one (the
// function's start, a line's start), and decoding begins anew at every function, so that data in between does
// no harm.
std::vector<ListingRow> listing(const ListingInputs& inputs, const ListingRequest& request);

// All rows of [start, end), at most `most_instructions`; `start` must be the first byte of an instruction.
std::vector<ListingRow> listing(const ListingInputs& inputs, VirtAddr start, VirtAddr end,
                                std::size_t most_instructions = 2000);

// One row as text of the width of a terminal: "=> ffffffff80100a00  90              nop".
std::string text(const ListingRow& row);

}  // namespace ringside
