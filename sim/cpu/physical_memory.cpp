// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/physical_memory.h"

#include <bit>
#include <cstring>

namespace ringside {

bool PhysicalMemory::assigned(PhysAddr address, std::uint64_t length) const {
  const std::uint64_t start = address.value;
  if (start >= ram_.size() || length > ram_.size() - start) return false;
  return start + length <= kVgaHoleStart || start >= kVgaTextStart;
}

std::uint64_t PhysicalMemory::read(PhysAddr address, unsigned size) const {
  std::uint64_t value = 0;
  if (std::endian::native == std::endian::little && assigned(address, size)) {
    std::memcpy(&value, ram_.data() + address.value, size);
    return value;
  }
  for (unsigned i = 0; i < size; ++i) {
    const PhysAddr at = address + i;
    const std::uint64_t byte = assigned(at) ? std::to_integer<std::uint64_t>(ram_[at.value]) : 0xFF;
    value |= byte << (8 * i);
  }
  return value;
}

void PhysicalMemory::write(PhysAddr address, std::uint64_t value, unsigned size) const {
  for (unsigned i = 0; i < size; ++i) {
    const PhysAddr at = address + i;
    if (assigned(at)) ram_[at.value] = static_cast<std::byte>(value >> (8 * i));
  }
}

}  // namespace ringside
