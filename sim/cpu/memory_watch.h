// SPDX-License-Identifier: GPL-2.0-or-later
// Memory that somebody outside watches: stores to it and loads from it are noted, and the run stops behind
// the instruction that made them. The guest cannot tell.
//
// The fast lane gives no access to a watched page, so that whatever touches one runs in the exact lane, whose
// hooks see it; the rest of the guest runs as fast as ever.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/lane.h"
#include "sim/cpu/physical_memory.h"
#include "sim/cpu/watched_memory.h"

namespace ringside {

class MemoryWatch {
 public:
  explicit MemoryWatch(const PhysicalMemory& memory) : memory_(memory) {}

  // True if it is another set than before.
  bool set(std::vector<WatchedMemory> ranges);
  // Finds out where linear ranges lie now; true if elsewhere than before.
  bool follow(const AddressSpace& space);

  bool any() const { return !ranges_.empty(); }
  bool any_loads() const { return any_loads_; }
  bool watches_page(PhysAddr page, bool store) const;

  void accessed(PhysAddr address, std::uint64_t length, bool store);
  const std::vector<MemoryAccess>& hits() const { return hits_; }
  void clear_hits() { hits_.clear(); }

 private:
  struct Piece {  // within one page
    std::uint64_t address = 0, length = 0;
    std::uint32_t range = 0;
    bool operator==(const Piece&) const = default;
  };

  const PhysicalMemory& memory_;
  std::vector<WatchedMemory> ranges_;
  std::vector<Piece> pieces_;
  std::vector<MemoryAccess> hits_;
  bool any_loads_ = false;
};

}  // namespace ringside
