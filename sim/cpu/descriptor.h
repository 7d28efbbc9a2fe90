// SPDX-License-Identifier: GPL-2.0-or-later
// Segment descriptors: from the eight bytes in a table to a segment register's hidden part.
// Source: Intel SDM volume 3A 3.4.2 (selectors), 3.4.5 (descriptors, figure 3-8), 3.5.1 (tables).
#pragma once

#include <cstdint>
#include <optional>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"

namespace ringside {

// Index 0 of the GDT, whatever the RPL. Index 0 of an LDT is an ordinary selector.
constexpr bool null_selector(std::uint16_t selector) { return (selector & 0xFFFC) == 0; }

// Linear address of the descriptor a selector names; nothing when its eight bytes do not lie within the limit
// of the GDT or LDT (no LDT being loaded counts as one without entries).
std::optional<VirtAddr> descriptor_address(const CpuState&, std::uint16_t selector);

// The register as loaded from `descriptor`: base gathered, limit in bytes, attributes in Segment's layout.
Segment unpack_descriptor(std::uint16_t selector, std::uint64_t descriptor);

// What the type field says (SDM table 3-1).
inline bool is_code(const Segment& s) { return s.code_or_data() && (s.type() & 8); }
inline bool is_conforming_code(const Segment& s) { return is_code(s) && (s.type() & 4); }
inline bool is_writable_data(const Segment& s) {
  return s.code_or_data() && !(s.type() & 8) && (s.type() & 2);
}
inline bool is_expand_down(const Segment& s) { return s.code_or_data() && !(s.type() & 8) && (s.type() & 4); }

// Whether the bytes `offset` to `offset + size - 1` may be addressed through the segment (SDM 5.3). For an
// expand-down segment the limit is the last offset that may not.
bool within_limit(const Segment&, std::uint32_t offset, std::uint32_t size);

}  // namespace ringside
