// SPDX-License-Identifier: GPL-2.0-or-later
// The functions and variables an image names in its ELF symbol table (ELF gABI chapter 4, "Symbol Table").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/units.h"

namespace ringside {

struct ElfFile;

struct Symbol {
  enum class Kind : std::uint8_t {
    function,
    object,
    label
  };  // label: a name for an address, e.g. a linker script's
  Kind kind = Kind::label;
  // Typed as a function or visible to other files: called from elsewhere, unlike a label to jump to.
  bool called_from_elsewhere = false;
  std::string name;       // as people say it: "kernel::pic::init", no parameters, no "(anonymous namespace)"
  std::string signature;  // demangled in full: "kernel::pic::init(unsigned char)"
  std::string linkage_name;  // as in the symbol table: "_ZN6kernel3pic4initEh"
  VirtAddr start;
  std::uint64_t size = 0;  // bytes; for assembly that gives none, up to the next symbol or the section's end

  bool holds(VirtAddr address) const { return address.value - start.value < size; }
};

class SymbolTable {
 public:
  SymbolTable() = default;
  explicit SymbolTable(const ElfFile& file);

  // Sorted by address. Of several symbols for the same bytes one is kept: global before local names.
  std::vector<Symbol> functions;
  std::vector<Symbol> objects;
  // Every name of the image including the aliases that the lists above leave out, sorted by address.
  std::vector<Symbol> names;

  // The function or object around an address, or null.
  const Symbol* around(VirtAddr address) const;

  // The symbols a text can mean, best way of reading it only: the exact linkage name or signature; else the
  // qualified name; else the last components of a qualified name ("init" and "pic::init" for
  // "kernel::pic::init"). Symbols at one address count once.
  std::vector<const Symbol*> called(std::string_view text) const;

  // Up to `count` names that look like `text`, most alike first.
  std::vector<std::string> similar(std::string_view text, std::size_t count) const;
};

// Candidates most like `text` (edit distance, case ignored), those too unlike left out.
std::vector<std::string> most_alike(std::string_view text, const std::vector<std::string>& candidates,
                                    std::size_t count);

}  // namespace ringside
