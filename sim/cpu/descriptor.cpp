// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/descriptor.h"

#include "sim/base/bits.h"

namespace ringside {

std::optional<VirtAddr> descriptor_address(const CpuState& cpu, std::uint16_t selector) {
  const bool local = bit(selector, 2);
  if (local && null_selector(cpu.ldtr.selector)) return std::nullopt;
  const std::uint64_t base = local ? cpu.ldtr.base : cpu.gdtr.base;
  const std::uint32_t limit = local ? cpu.ldtr.limit : cpu.gdtr.limit;
  const std::uint32_t offset = selector & 0xFFF8u;
  if (offset + 7 > limit) return std::nullopt;
  return VirtAddr{base + offset};
}

Segment unpack_descriptor(std::uint16_t selector, std::uint64_t descriptor) {
  Segment s;
  s.selector = selector;
  s.base = bits(descriptor, 39, 16) | bits(descriptor, 63, 56) << 24;
  s.attributes = bits(descriptor, 55, 40) & 0xF0FF;
  const auto limit = static_cast<std::uint32_t>(bits(descriptor, 15, 0) | bits(descriptor, 51, 48) << 16);
  const bool granularity = bit(descriptor, 55);
  s.limit = granularity ? limit << 12 | 0xFFF : limit;
  return s;
}

bool within_limit(const Segment& s, std::uint32_t offset, std::uint32_t size) {
  const std::uint64_t last = std::uint64_t{offset} + size - 1;
  if (!is_expand_down(s)) return last <= s.limit;
  const std::uint64_t top = s.default_big() ? 0xFFFF'FFFF : 0xFFFF;
  return offset > s.limit && last <= top;
}

}  // namespace ringside
