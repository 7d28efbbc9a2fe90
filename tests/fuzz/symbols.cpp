// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as an image with symbols and debug information, and every question that is asked about one.
//
// Input: the file.
#include <algorithm>
#include <optional>
#include <vector>

#include "sim/symbols/symbols.h"
#include "tests/fuzz/input.h"

namespace ringside::fuzz {
namespace {

void look_at(const Type& type, unsigned depth) {
  require(!display_name(type).empty(), "a type without a name to show");
  if (depth == 0) return;
  if (type.target) look_at(*type.target, depth - 1);
  for (const Member& member : type.members) {
    require(member.type != nullptr, "a member without a type");
    look_at(*member.type, depth - 1);
  }
}

// A stack on which every word is an address of the image.
ReadMemory stack_of(std::uint64_t word) {
  return [word](VirtAddr address, std::span<std::byte> out) {
    for (std::byte& byte : out) byte = static_cast<std::byte>(word >> 8 * (address.value++ & 7));
    return true;
  };
}

void ask_about(const Symbols& symbols, VirtAddr address) {
  if (const auto location = symbols.find(address))
    require(location->symbol && address.value - location->symbol->start.value == location->offset,
            "a symbol's offset does not lead to the address");
  if (const LineRow* row = symbols.line_row(address)) {
    require(address.value - row->start.value < row->size,
            "a line's row does not hold the address it was found by");
    require(row->file < symbols.source_files().size(), "a line of a file that is not there");
  }
  (void)symbols.name(address);
  (void)symbols.inlined(address);
  require(!symbols.source_frames(address).empty(), "an address without a frame");
  UnwindRegisters registers{.rip = address.value};
  registers.gpr[4] = registers.gpr[5] = 0x1000;
  const ReadMemory stack = stack_of(address.value);
  const auto frames = symbols.backtrace(registers, stack);
  require(!frames.empty() && frames.size() <= 64 * 65, "a backtrace without an end or a beginning");
  for (const LocalVariable& variable : symbols.locals(frames.front(), stack)) {
    require(variable.type != nullptr, "a local variable without a type");
    require(!(variable.address && variable.value), "a local variable in two places");
    look_at(*variable.type, 2);
  }
}

constexpr std::size_t kAsked = 24;  // of each list

}  // namespace
}  // namespace ringside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringside;
  using namespace ringside::fuzz;
  const auto symbols = Symbols::load(std::as_bytes(std::span(data, size)));
  if (!symbols) {
    require_sentence(symbols.error().sentence);
    return 0;
  }
  ask_about(*symbols, {0});
  ask_about(*symbols, {~std::uint64_t{0}});
  for (const auto* list : {&symbols->names(), &symbols->functions()})
    for (std::size_t i = 0; i < std::min(list->size(), kAsked); ++i) {
      ask_about(*symbols, (*list)[i].start);
      ask_about(*symbols, (*list)[i].start + 5);
      if (const auto found = symbols->resolve((*list)[i].name); !found)
        require_sentence(found.error().sentence);
    }
  const auto& rows = symbols->lines().rows;
  for (std::size_t i = 0; i < std::min(rows.size(), kAsked); ++i) ask_about(*symbols, rows[i].start);
  for (std::size_t i = 0; i < std::min(symbols->source_files().size(), kAsked); ++i)
    (void)symbols->addresses(symbols->source_files()[i], 12);
  std::size_t asked = 0;
  for (const std::string& name : symbols->types().variables()) {
    if (++asked > kAsked) break;
    if (const auto variable = symbols->types().variable(name)) look_at(*variable->type, 4);
  }
  for (const char* text : {"Thread", "init", "subject.cpp:40", "nobody"}) {
    if (const Type* type = symbols->types().find(text)) look_at(*type, 4);
    if (const auto found = symbols->resolve(text); !found) require_sentence(found.error().sentence);
  }
  return 0;
}
