// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/inlines.h"

#include <dwarf.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "sim/symbols/elf_file.h"

namespace ringside {
namespace {

constexpr unsigned kDeepest = 64;
constexpr std::size_t kMostUnits = 1 << 16;
constexpr std::size_t kMostPieces = 1 << 20;
constexpr std::size_t kMostRangesOfOne = 4096;

// A namespace, type or function, known by its place in .debug_info, so that a reference to it gets its full
// name.
struct Scope {
  const char* name = nullptr;
  int around = -1;           // index of the scope it lies in
  Dwarf_Off stands_for = 0;  // the declaration that a definition completes
};

struct Range {
  std::uint64_t start, end;
};

class Walk {
 public:
  struct Found {
    Dwarf_Off origin = 0;
    unsigned depth = 0;
    SourcePlace called_at;
    std::vector<Range> ranges;
  };

  explicit Walk(const ElfFile& file) {
    Dwarf_CU* cu = nullptr;
    std::uint8_t type = 0;
    Dwarf_Die unit;
    for (std::size_t i = 0; i < kMostUnits; ++i) {
      if (dwarf_get_units(file.dwarf, cu, &cu, nullptr, &type, &unit, nullptr) != 0) break;
      if (type != DW_UT_compile && type != DW_UT_partial) continue;
      unit_ = &unit;
      files_ = nullptr;
      children(&unit, -1, 0, 0);
    }
  }

  std::vector<Found> found;

  std::string name(Dwarf_Off origin) const {
    int index = scope_at(origin);
    for (unsigned hops = 0; index >= 0 && scopes_[index].stands_for && hops < 8; ++hops) {
      index = scope_at(scopes_[index].stands_for);
    }
    std::string text;
    for (unsigned depth = 0; index >= 0 && depth < kDeepest; ++depth, index = scopes_[index].around) {
      const char* part = scopes_[index].name;
      text.insert(0, depth == 0 ? "" : "::").insert(0, part ? part : "(anonymous)");
    }
    return text.empty() ? "(inlined)" : text;
  }

 private:
  int scope_at(Dwarf_Off offset) const {
    const auto entry = by_offset_.find(offset);
    return entry == by_offset_.end() ? -1 : entry->second;
  }

  // Entries are visited in the order of the file, never backwards, so that a looping chain of siblings ends.
  void children(Dwarf_Die* parent, int scope, unsigned inlined, unsigned depth) {
    Dwarf_Die die;
    if (depth > kDeepest || dwarf_child(parent, &die) != 0) return;
    for (;;) {
      const Dwarf_Off here = dwarf_dieoffset(&die);
      visit(&die, scope, inlined, depth);
      if (dwarf_siblingof(&die, &die) != 0 || dwarf_dieoffset(&die) <= here) return;
    }
  }

  void visit(Dwarf_Die* die, int scope, unsigned inlined, unsigned depth) {
    switch (dwarf_tag(die)) {
      case DW_TAG_namespace:
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_union_type:
      case DW_TAG_subprogram: children(die, remember(die, scope), 0, depth + 1); break;
      case DW_TAG_lexical_block: children(die, scope, inlined, depth + 1); break;
      case DW_TAG_inlined_subroutine:
        if (found.size() < kMostPieces) record(die, inlined + 1);
        children(die, scope, inlined + 1, depth + 1);
        break;
      default: break;
    }
  }

  int remember(Dwarf_Die* die, int around) {
    Scope scope;
    scope.around = around;
    scope.name = dwarf_diename(die);
    if (!scope.name && dwarf_tag(die) == DW_TAG_namespace) scope.name = "(anonymous namespace)";
    scope.stands_for = reference(die, DW_AT_specification);
    if (!scope.stands_for) scope.stands_for = reference(die, DW_AT_abstract_origin);
    scopes_.push_back(scope);
    const int index = static_cast<int>(scopes_.size()) - 1;
    by_offset_[dwarf_dieoffset(die)] = index;
    // Functions inside a member function's definition belong to the class of its declaration.
    const int declared = scope.stands_for ? scope_at(scope.stands_for) : -1;
    return declared >= 0 ? declared : index;
  }

  static Dwarf_Off reference(Dwarf_Die* die, unsigned attribute_name) {
    Dwarf_Attribute attribute;
    Dwarf_Die target;
    if (!dwarf_attr(die, attribute_name, &attribute) || !dwarf_formref_die(&attribute, &target)) return 0;
    return dwarf_dieoffset(&target);
  }

  unsigned number(Dwarf_Die* die, unsigned attribute_name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_formudata(dwarf_attr(die, attribute_name, &attribute), &value) != 0) return 0;
    return static_cast<unsigned>(std::min<Dwarf_Word>(value, 0xFFFFFFFF));
  }

  void record(Dwarf_Die* die, unsigned depth) {
    Found entry;
    entry.depth = depth;
    entry.origin = reference(die, DW_AT_abstract_origin);
    entry.called_at.line = number(die, DW_AT_call_line);
    entry.called_at.column = number(die, DW_AT_call_column);
    if (!files_ && dwarf_getsrcfiles(unit_, &files_, &file_count_) != 0) files_ = nullptr;
    const unsigned file = number(die, DW_AT_call_file);
    if (const char* path =
            files_ && file < file_count_ ? dwarf_filesrc(files_, file, nullptr, nullptr) : nullptr) {
      Dwarf_Attribute attribute;
      const char* folder = dwarf_formstring(dwarf_attr(unit_, DW_AT_comp_dir, &attribute));
      entry.called_at.file = absolute_path(folder ? folder : "", path);
    }
    Dwarf_Addr base = 0, start = 0, end = 0;
    std::ptrdiff_t next = 0;
    while (entry.ranges.size() < kMostRangesOfOne &&
           (next = dwarf_ranges(die, next, &base, &start, &end)) > 0) {
      if (start < end) entry.ranges.push_back({start, end});
    }
    if (!entry.ranges.empty()) found.push_back(std::move(entry));
  }

  std::vector<Scope> scopes_;
  std::map<Dwarf_Off, int> by_offset_;
  Dwarf_Die* unit_ = nullptr;
  Dwarf_Files* files_ = nullptr;
  std::size_t file_count_ = 0;
};

}  // namespace

InlineTable::InlineTable(const ElfFile& file) {
  if (!file.dwarf) return;
  const Walk walk(file);
  for (const Walk::Found& entry : walk.found) {
    for (const Range& range : entry.ranges) {
      if (pieces_.size() == kMostPieces || !file.executable(VirtAddr{range.start})) continue;
      pieces_.push_back({range.start, range.end, entry.depth, static_cast<std::uint32_t>(calls_.size())});
    }
    calls_.push_back({.function = walk.name(entry.origin), .called_at = entry.called_at});
  }
  std::ranges::sort(pieces_, {},
                    [](const Piece& p) { return std::make_tuple(p.start, ~p.end, p.depth, p.call); });
  std::vector<std::int64_t> open;  // the pieces around the current one, outermost first
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    while (!open.empty() && pieces_[open.back()].end <= pieces_[i].start) open.pop_back();
    if (!open.empty()) pieces_[i].outer = open.back();
    open.push_back(static_cast<std::int64_t>(i));
  }
}

std::vector<InlinedCall> InlineTable::at(VirtAddr address) const {
  std::vector<InlinedCall> calls;
  const auto after = std::ranges::upper_bound(pieces_, address.value, {}, &Piece::start);
  for (std::int64_t i = after - pieces_.begin() - 1; i >= 0 && calls.size() < kDeepest;
       i = pieces_[i].outer) {
    const Piece& piece = pieces_[i];
    if (address.value >= piece.end) continue;
    InlinedCall call = calls_[piece.call];
    call.start = VirtAddr{piece.start};
    call.size = piece.end - piece.start;
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace ringside
