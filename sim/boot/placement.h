// SPDX-License-Identifier: GPL-2.0-or-later
// Who gets which part of the guest's RAM at boot. First everything is placed, so that any conflict is found
// while the RAM is still untouched; then it is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/boot/memory_map.h"

namespace ringside {

struct PlacedRange {
  std::string name;
  std::uint64_t start = 0;
  std::uint64_t end = 0;  // one past the last byte
  bool operator==(const PlacedRange&) const = default;
};

class Placement {
 public:
  explicit Placement(std::uint64_t ram_bytes) : ram_bytes_(ram_bytes), map_(memory_map(ram_bytes)) {}

  // A place that is prescribed. Errors: outside the available RAM, or taken. REQUIRES start + size <= 2^64
  // - 1.
  Result<void> claim(const std::string& name, std::uint64_t start, std::uint64_t size);

  // Where there is room inside [from, to): the lowest (or highest) start that is a multiple of `alignment`.
  std::optional<std::uint64_t> lowest(std::uint64_t size, std::uint64_t alignment, std::uint64_t from,
                                      std::uint64_t to) const;
  std::optional<std::uint64_t> highest(std::uint64_t size, std::uint64_t alignment, std::uint64_t from,
                                       std::uint64_t to) const;

  const std::vector<PlacedRange>& placed() const { return placed_; }

 private:
  std::vector<PlacedRange> gaps(std::uint64_t from, std::uint64_t to) const;  // ascending

  std::uint64_t ram_bytes_;
  std::vector<MemoryRange> map_;
  std::vector<PlacedRange> placed_;  // ascending, without overlap
};

}  // namespace ringside
