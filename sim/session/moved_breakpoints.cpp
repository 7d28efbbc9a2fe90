// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/session/moved_breakpoints.h"

#include <algorithm>
#include <optional>

namespace ringside {
namespace {

const Symbol* of_the_same_name(const Symbol& symbol, const Symbols& to) {
  const auto address = to.address(symbol.linkage_name);
  const auto found = address ? to.find(*address) : std::nullopt;
  return found && found->symbol->linkage_name == symbol.linkage_name ? found->symbol : nullptr;
}

std::optional<VirtAddr> moved(VirtAddr address, const SymbolLocation& old, const Symbols& from,
                              const Symbols& to) {
  const Symbol* next = of_the_same_name(*old.symbol, to);
  if (!next) return std::nullopt;
  if (old.offset == 0) return next->start;
  if (next->kind != Symbol::Kind::function)
    return old.offset < next->size ? std::optional(VirtAddr{next->start.value + old.offset}) : std::nullopt;
  const auto line = from.source(address), first = from.source(old.symbol->start);
  const auto next_first = to.source(next->start);
  if (!line || !first || !next_first || line->file != first->file || line->line < first->line)
    return std::nullopt;
  for (const VirtAddr place : to.addresses(next_first->file, next_first->line + (line->line - first->line)))
    if (next->holds(place)) return place;
  return std::nullopt;
}

}  // namespace

MovedBreakpoints moved_breakpoints(std::span<const Breakpoint> breakpoints, const Symbols& from,
                                   const Symbols& to) {
  MovedBreakpoints result;
  for (Breakpoint breakpoint : breakpoints) {
    const auto old = breakpoint.kind == BreakKind::event || breakpoint.physical
                         ? std::nullopt
                         : from.find(breakpoint.address);
    if (old) {
      const auto next = moved(breakpoint.address, *old, from, to);
      if (!next) {
        result.lost.push_back(from.name(breakpoint.address));
        continue;
      }
      breakpoint.address = *next;
    }
    result.kept.push_back(std::move(breakpoint));
  }
  return result;
}

}  // namespace ringside
