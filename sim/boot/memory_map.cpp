// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/memory_map.h"

#include <algorithm>

namespace ringside {
namespace {

std::uint64_t high_memory_end(std::uint64_t ram_bytes) {
  const std::uint64_t top = std::min(ram_bytes, kDeviceSpace);
  return top > kHighMemory + kTopReserved ? top - kTopReserved : kHighMemory;
}

}  // namespace

std::vector<MemoryRange> memory_map(std::uint64_t ram_bytes) {
  std::vector<MemoryRange> map = {
      {0, kLowMemoryEnd, MemoryType::available},
      {kLowMemoryEnd, kVideoMemory - kLowMemoryEnd, MemoryType::reserved},
      {kBiosRom, kHighMemory - kBiosRom, MemoryType::reserved},
  };
  const std::uint64_t end = high_memory_end(ram_bytes);
  if (end > kHighMemory) {
    map.push_back({kHighMemory, end - kHighMemory, MemoryType::available});
    map.push_back({end, kTopReserved, MemoryType::reserved});
  }
  return map;
}

std::uint32_t lower_memory_kib() { return kLowMemoryEnd / 1024; }

std::uint32_t upper_memory_kib(std::uint64_t ram_bytes) {
  return static_cast<std::uint32_t>((high_memory_end(ram_bytes) - kHighMemory) / 1024);
}

}  // namespace ringside
