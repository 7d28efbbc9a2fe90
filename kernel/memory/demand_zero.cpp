// SPDX-License-Identifier: MIT
#include "memory/demand_zero.h"

#include <cstring>

#include "memory/kernel_map.h"
#include "memory/pages.h"

namespace kernel {

constinit DemandZeroRegion demand_zero_region{kDemandZeroBase, kDemandZeroBytes};

bool DemandZeroRegion::fill(uint64_t address) {
  const uint64_t page = address & ~uint64_t{kPageBytes - 1};
  if (!map_new_pages(page, 1, FrameUse::demand_page)) return false;
  memset(reinterpret_cast<void*>(page), 0, kPageBytes);
  ++pages_filled_;
  return true;
}

void DemandZeroRegion::release_all() {
  for (uint64_t page = base_; pages_filled_ > 0 && page < base_ + bytes_; page += kPageBytes) {
    if (!translate(*VirtualAddress::from(page))) continue;
    unmap_and_release_pages(page, 1);
    --pages_filled_;
  }
}

}  // namespace kernel
