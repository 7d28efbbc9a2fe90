// SPDX-License-Identifier: GPL-2.0-or-later
// What a Symbols is made of; for this layer's .cpp files only.
#pragma once

#include <mutex>

#include "sim/symbols/elf_file.h"
#include "sim/symbols/symbols.h"

namespace ringside {

// A table built by the first thread that asks for it.
template <class Table>
class Lazy {
 public:
  template <class Build>
  const Table& get(Build build) {
    std::call_once(once_, [&] { table_ = build(); });
    return table_;
  }

 private:
  std::once_flag once_;
  Table table_{};
};

struct Symbols::Parts {
  std::unique_ptr<ElfFile> file;  // null: no image
  Lazy<SymbolTable> table;
  Lazy<LineTable> lines;
  Lazy<InlineTable> inlines;
  // After `file`: they end first.
  Lazy<std::unique_ptr<UnwindRules>> rules;
  Lazy<std::unique_ptr<Types>> types;
};

}  // namespace ringside
