// SPDX-License-Identifier: GPL-2.0-or-later
// What is watched in memory from outside, and what was met.
#pragma once

#include <cstdint>

#include "sim/base/units.h"

namespace ringside {

struct WatchedMemory {
  std::uint64_t address = 0;  // linear, translated as the page tables say at the time; or physical
  std::uint64_t length = 1;
  bool physical = false;
  bool loads = false, stores = true;
  bool operator==(const WatchedMemory&) const = default;
};

// The part of one access that lies in one watched range, at most 8 bytes of it.
struct MemoryAccess {
  std::uint32_t range = 0;  // index of the WatchedMemory
  bool store = false;
  std::uint8_t bytes = 0;
  PhysAddr address;
  std::uint64_t before = 0;  // what stood there, little endian
};

}  // namespace ringside
