// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/symbols/parts.h"

namespace ringside {

Symbols::Symbols(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;
Symbols::~Symbols() = default;

Symbols Symbols::none() { return Symbols(std::make_unique<Parts>()); }

Result<Symbols> Symbols::load(std::span<const std::byte> elf) {
  auto file = ElfFile::open(elf);
  if (!file) return std::unexpected(file.error());
  auto parts = std::make_unique<Parts>();
  parts->file = std::move(*file);
  return Symbols(std::move(parts));
}

const SymbolTable& Symbols::table() const {
  return parts_->table.get([this] {
    if (!parts_->file) return SymbolTable();
    const std::lock_guard guard(parts_->file->lock);
    return SymbolTable(*parts_->file);
  });
}

const std::vector<Symbol>& Symbols::functions() const { return table().functions; }
const std::vector<Symbol>& Symbols::objects() const { return table().objects; }
const std::vector<Symbol>& Symbols::names() const { return table().names; }
const std::vector<std::string>& Symbols::source_files() const { return lines().files; }

const LineTable& Symbols::lines() const {
  return parts_->lines.get([this] {
    if (!parts_->file) return LineTable();
    const std::lock_guard guard(parts_->file->lock);
    return LineTable(*parts_->file);
  });
}

const Types& Symbols::types() const {
  return *parts_->types.get([this] {
    if (!parts_->file) return std::make_unique<Types>(nullptr);
    const std::lock_guard guard(parts_->file->lock);
    return std::make_unique<Types>(parts_->file.get());
  });
}

std::optional<SymbolLocation> Symbols::find(VirtAddr address) const {
  const Symbol* symbol = table().around(address);
  if (!symbol) return std::nullopt;
  return SymbolLocation{symbol, address.value - symbol->start.value};
}

std::string Symbols::name(VirtAddr address) const {
  const auto location = find(address);
  if (!location) return "";
  if (location->offset == 0) return location->symbol->name;
  return fmt::format("{}+0x{:x}", location->symbol->name, location->offset);
}

const LineRow* Symbols::line_row(VirtAddr address) const { return lines().at(address); }

std::optional<SourcePlace> Symbols::source(VirtAddr address) const {
  const LineRow* row = line_row(address);
  if (!row) return std::nullopt;
  return lines().place(*row);
}

std::vector<InlinedCall> Symbols::inlined(VirtAddr address) const {
  const InlineTable& table = parts_->inlines.get([this] {
    if (!parts_->file) return InlineTable();
    const std::lock_guard guard(parts_->file->lock);
    return InlineTable(*parts_->file);
  });
  return table.at(address);
}

std::vector<SourceFrame> Symbols::source_frames(VirtAddr address) const {
  std::vector<SourceFrame> frames;
  std::optional<SourcePlace> place = source(address);
  for (InlinedCall& call : inlined(address)) {
    frames.push_back({std::move(call.function), std::move(place), true});
    place = std::move(call.called_at);
  }
  const auto location = find(address);
  frames.push_back({location ? location->symbol->name : "", std::move(place), false});
  return frames;
}

std::optional<VirtAddr> Symbols::address(std::string_view symbol) const {
  const auto found = table().called(symbol);
  if (found.size() != 1) return std::nullopt;
  return found.front()->start;
}

std::vector<VirtAddr> Symbols::addresses(std::string_view file, unsigned line) const {
  struct Place {
    unsigned line;
    VirtAddr address;
  };
  std::vector<Place> places;
  for (const std::uint32_t number : lines().files_called(file)) {
    const auto statements = lines().statements(number, line);
    for (const VirtAddr address : statements.addresses) places.push_back({statements.line, address});
  }
  // Two files of one name: the exact line in one of them counts for more than a later line in the other.
  unsigned nearest = ~0u;
  for (const Place& place : places) nearest = std::min(nearest, place.line);
  std::erase_if(places, [&](const Place& place) { return place.line != nearest; });
  std::ranges::sort(places, {}, &Place::address);

  // A loop's line has several pieces of code in one function; the first is where a reader expects to stop.
  std::vector<VirtAddr> first_of_each;
  std::set<std::pair<VirtAddr, VirtAddr>> seen;  // start of the function, start of the inlined copy
  for (const Place& place : places) {
    const auto location = find(place.address);
    const auto copies = inlined(place.address);
    const VirtAddr function = location ? location->symbol->start : place.address;
    const VirtAddr copy = copies.empty() ? VirtAddr{} : copies.front().start;
    if (seen.insert({function, copy}).second) first_of_each.push_back(place.address);
  }
  return first_of_each;
}

}  // namespace ringside
