// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/inlines.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "sim/symbols/dies.h"

namespace ringside {
namespace {

constexpr std::size_t kMostPieces = 1 << 20;
// Of all pieces together, since many may share one list.
constexpr std::size_t kMostRanges = kMostPieces;

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
    for_each_unit(file.dwarf, [&](Dwarf_Die& unit) {
      unit_ = &unit;
      files_ = nullptr;
      children(unit, -1, 0, 0);
    });
  }

  std::vector<Found> found;
  Scopes scopes;

 private:
  // `inlined`: how many inlined functions the entry lies in.
  void children(Dwarf_Die& parent, int scope, unsigned inlined, unsigned depth) {
    if (depth > Scopes::kDeepest) return;
    for_each_child(parent, [&](Dwarf_Die& die) { visit(die, scope, inlined, depth); });
  }

  void visit(Dwarf_Die& die, int scope, unsigned inlined, unsigned depth) {
    if (!forwards_.comes_to(die)) return;
    switch (dwarf_tag(&die)) {
      case DW_TAG_namespace:
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_union_type:
      case DW_TAG_subprogram: children(die, scopes.enter(die, scope), 0, depth + 1); break;
      case DW_TAG_lexical_block: children(die, scope, inlined, depth + 1); break;
      case DW_TAG_inlined_subroutine:
        if (found.size() < kMostPieces) record(die, inlined + 1);
        children(die, scope, inlined + 1, depth + 1);
        break;
      default: break;
    }
  }

  static std::string_view cut_off(const char* text) { return {text, strnlen(text, kLongestName)}; }

  static unsigned small_number(Dwarf_Die& die, unsigned attribute) {
    return static_cast<unsigned>(std::min<std::uint64_t>(number(die, attribute).value_or(0), 0xFFFFFFFF));
  }

  void record(Dwarf_Die& die, unsigned depth) {
    Found entry;
    entry.depth = depth;
    entry.origin = reference(die, DW_AT_abstract_origin);
    entry.called_at.line = small_number(die, DW_AT_call_line);
    entry.called_at.column = small_number(die, DW_AT_call_column);
    if (!files_ && dwarf_getsrcfiles(unit_, &files_, &file_count_) != 0) files_ = nullptr;
    const unsigned file = small_number(die, DW_AT_call_file);
    if (const char* path =
            files_ && file < file_count_ ? dwarf_filesrc(files_, file, nullptr, nullptr) : nullptr) {
      Dwarf_Attribute attribute;
      const char* folder = dwarf_formstring(dwarf_attr(unit_, DW_AT_comp_dir, &attribute));
      const std::string_view from = cut_off(folder ? folder : ""), file_path = cut_off(path);
      if (scopes.affords(from.size() + file_path.size()))
        entry.called_at.file = absolute_path(from, file_path);
    }
    Dwarf_Addr base = 0, start = 0, end = 0;
    std::ptrdiff_t next = 0;
    for (; ranges_left_ > 0 && (next = dwarf_ranges(&die, next, &base, &start, &end)) > 0; --ranges_left_) {
      if (start < end) entry.ranges.push_back({start, end});
    }
    if (!entry.ranges.empty()) found.push_back(std::move(entry));
  }

  Forwards forwards_;
  std::size_t ranges_left_ = kMostRanges;
  Dwarf_Die* unit_ = nullptr;
  Dwarf_Files* files_ = nullptr;
  std::size_t file_count_ = 0;
};

}  // namespace

InlineTable::InlineTable(const ElfFile& file) {
  if (!file.dwarf) return;
  Walk walk(file);
  for (const Walk::Found& entry : walk.found) {
    for (const Range& range : entry.ranges) {
      if (pieces_.size() == kMostPieces || !file.executable(VirtAddr{range.start})) continue;
      pieces_.push_back({range.start, range.end, entry.depth, static_cast<std::uint32_t>(calls_.size())});
    }
    std::string name = walk.scopes.name(entry.origin);
    calls_.push_back(
        {.function = name.empty() ? "(inlined)" : std::move(name), .called_at = entry.called_at});
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
  for (std::int64_t i = after - pieces_.begin() - 1; i >= 0 && calls.size() < Scopes::kDeepest;
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
