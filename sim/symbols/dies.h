// SPDX-License-Identifier: GPL-2.0-or-later
// Walking the entries of .debug_info (DWARF 5, section 2.3) so that the walk ends, whatever the image says.
// For this layer's .cpp files only; the image's lock is held during a walk.
#pragma once

#include <dwarf.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/symbols/elf_file.h"

namespace ringside {

// Calls `visit(Dwarf_Die&)` for the top entry of every unit of code.
template <class Visit>
void for_each_unit(Dwarf* dwarf, Visit visit) {
  constexpr std::size_t kMostUnits = 1 << 16;
  Dwarf_CU* cu = nullptr;
  std::uint8_t type = 0;
  Dwarf_Die unit;
  for (std::size_t i = 0; dwarf && i < kMostUnits; ++i) {
    if (dwarf_get_units(dwarf, cu, &cu, nullptr, &type, &unit, nullptr) != 0) break;
    if (type == DW_UT_compile || type == DW_UT_partial) visit(unit);
  }
}

// Calls `visit(Dwarf_Die&)` for each child in the order of the file, never backwards: a looping chain of
// siblings ends.
template <class Visit>
void for_each_child(Dwarf_Die& parent, Visit visit) {
  Dwarf_Die die;
  if (dwarf_child(&parent, &die) != 0) return;
  for (;;) {
    const Dwarf_Off here = dwarf_dieoffset(&die);
    visit(die);
    if (dwarf_siblingof(&die, &die) != 0 || dwarf_dieoffset(&die) <= here) return;
  }
}

// Lets a walk down the tree come to each entry once. A parent is written before its children (DWARF 5, 2.3),
// so that places only grow; a DW_AT_sibling that leads to an entry's own first child would otherwise have the
// walk take both ways at every such entry, and each of them doubles it.
class Forwards {
 public:
  bool comes_to(Dwarf_Die& die) {
    const Dwarf_Off here = dwarf_dieoffset(&die);
    if (here <= last_) return false;
    last_ = here;
    return true;
  }

 private:
  Dwarf_Off last_ = 0;
};

// Entries may share the text of their names, and of the scopes around them, so that a small file could ask
// for any amount of it: longer names are as if they were not there.
inline constexpr std::size_t kLongestName = 4096;
// Null when there is none.
const char* entry_name(Dwarf_Die& die);

// The entry that an attribute refers to, by its place in .debug_info; 0 when there is none.
Dwarf_Off reference(Dwarf_Die& die, unsigned attribute);
// An unsigned number, or nothing.
std::optional<std::uint64_t> number(Dwarf_Die& die, unsigned attribute);
bool flag(Dwarf_Die& die, unsigned attribute);

// Namespaces, types and functions by their place in .debug_info, so that a reference to one gets its full
// name.
class Scopes {
 public:
  static constexpr unsigned kDeepest = 64;
  static constexpr std::size_t kMostNameBytes = 64 << 20;

  // Registers an entry that lies in scope `around` (-1: none) and returns the scope for the entries inside
  // it.
  int enter(Dwarf_Die& die, int around);
  // "kernel::Thread"; empty for an entry that was never entered. Anonymous namespaces are left out, and so
  // are the outermost scopes of a name longer than kLongestName.
  std::string name(Dwarf_Off entry);
  // Name of something called `last` inside a scope.
  std::string name_in(int scope, const char* last);
  // The names given may take kMostNameBytes together, then they are empty; this counts bytes of other text,
  // false when they are too many.
  bool affords(std::size_t bytes);

 private:
  struct Scope {
    const char* name = nullptr;  // null: left out of names
    int around = -1;
    Dwarf_Off stands_for = 0;  // the declaration that a definition completes
  };
  static constexpr std::size_t kMostScopes = 1 << 20;
  int scope_at(Dwarf_Off entry) const;
  std::vector<Scope> scopes_;
  std::map<Dwarf_Off, int> by_entry_;
  std::size_t name_bytes_left_ = kMostNameBytes;
};

}  // namespace ringside
