// SPDX-License-Identifier: MIT
//
// Memory that costs nothing until it is used. The whole region may be read and written; a page of it gets a
// frame, filled with zeros, when somebody touches it: the page fault is the request.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/layout.h"

namespace kernel {

class DemandZeroRegion {
 public:
  constexpr DemandZeroRegion(uint64_t base, uint64_t bytes) : base_(base), bytes_(bytes) {}
  uint64_t base() const { return base_; }
  uint64_t bytes() const { return bytes_; }
  bool contains(uint64_t address) const { return address - base_ < bytes_; }

  // Puts a frame behind the page that has the address. False if there is none left.
  // REQUIRES: contains(address), and the page is not mapped.
  bool fill(uint64_t address);

  // Takes all frames back. The next touch of any page finds zeros again.
  void release_all();

  size_t pages_filled() const { return pages_filled_; }

 private:
  uint64_t base_, bytes_;
  size_t pages_filled_ = 0;
};

extern DemandZeroRegion demand_zero_region;

}  // namespace kernel
