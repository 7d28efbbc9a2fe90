// SPDX-License-Identifier: GPL-2.0-or-later
// Short ways to write the cells that most tables have. Private to this layer.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

#include "sim/inspect/table.h"
#include "sim/inspect/words.h"
#include "sim/symbols/symbols.h"

namespace ringside {

inline Cell plain(std::string text, Tone tone = Tone::plain) {
  return {std::move(text), Link::none, 0, tone};
}
inline Cell muted(std::string text) { return plain(std::move(text), Tone::muted); }
inline Cell bad(std::string text) { return plain(std::move(text), Tone::fault); }

inline Cell linear(std::uint64_t address, bool wide = true) {
  return {wide ? hex64(address) : hex32(static_cast<std::uint32_t>(address)), Link::linear, address};
}
inline Cell physical(std::uint64_t address) {
  return {address >> 32 ? hex64(address) : hex32(static_cast<std::uint32_t>(address)), Link::physical,
          address};
}
inline Cell hex(std::uint64_t value) { return {fmt::format("{:#x}", value)}; }
inline Cell selector(std::uint16_t value) { return {fmt::format("{:#06x}", value), Link::selector, value}; }
inline Cell yes_no(bool value) { return {value ? "1" : "0"}; }

inline RowSource bytes_of(VirtAddr at, std::uint64_t length) {
  return {RowSource::Kind::linear, at.value, length};
}
inline RowSource bytes_of(PhysAddr at, std::uint64_t length) {
  return {RowSource::Kind::physical, at.value, length};
}
inline RowSource at_port(std::uint16_t port) { return {RowSource::Kind::port, port, 1}; }

// The symbol at an address, leading to its source; empty where there is none.
inline Cell symbol(const Symbols& symbols, std::uint64_t address) {
  std::string name = name_at(symbols, address);
  if (name.empty()) return {};
  return {std::move(name), Link::source, address};
}

}  // namespace ringside
