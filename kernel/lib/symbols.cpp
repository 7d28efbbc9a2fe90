// SPDX-License-Identifier: MIT
#include "lib/symbols.h"

#include <algorithm>

#include "memory/layout.h"

namespace kernel {
namespace {

struct TableEntry {
  uint32_t address;      // low half; the high half is all ones in the top 2 GiB
  uint32_t name_offset;  // into symbol_names
};
static_assert(sizeof(TableEntry) == 8);

}  // namespace
}  // namespace kernel

extern "C" const kernel::TableEntry symbols_start[], symbols_end[];  // kernel.ld
extern "C" const char symbol_names[];

namespace kernel {

std::optional<Symbol> find_symbol(uint64_t address) {
  const auto in_text =
      reinterpret_cast<uint64_t>(text_start) <= address && address < reinterpret_cast<uint64_t>(text_end);
  if (!in_text) return std::nullopt;
  const auto starts_behind = [](uint32_t low, const TableEntry& entry) { return low < entry.address; };
  const TableEntry* next =
      std::upper_bound(symbols_start, symbols_end, static_cast<uint32_t>(address), starts_behind);
  if (next == symbols_start) return std::nullopt;
  const TableEntry& entry = *(next - 1);
  return Symbol{symbol_names + entry.name_offset, static_cast<uint32_t>(address) - entry.address};
}

}  // namespace kernel
