// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "buddy.h"
#include "lib/panic.h"

namespace lab {

using kernel::BuddyZone;
using kernel::FreeBuddy;

// Fills the memory behind the table with the largest blocks that fit, in size and in address.
void BuddyAllocator::extend(std::byte* start, size_t bytes) {
  start_ = start;
  end_ = start + bytes;
  zones_ = reinterpret_cast<BuddyZone*>(start);
  const size_t units = bytes / kUnitBytes;
  *zones_ = {nullptr, units, align_up(sizeof(BuddyZone) + units, kUnitBytes) / kUnitBytes};
  memset(zones_->table, BuddyZone::kInside, units);
  for (std::byte* block = start + zones_->first_unit * kUnitBytes; block < end_;) {
    unsigned order = 0;
    while (order + 1 < kOrders && reinterpret_cast<uintptr_t>(block) % bytes_of(order + 1) == 0 &&
           bytes_of(order + 1) <= static_cast<size_t>(end_ - block))
      ++order;
    put(block, order);
    block += bytes_of(order);
  }
}

uint8_t& BuddyAllocator::entry(const std::byte* block) const {
  return zones_->table[static_cast<size_t>(block - start_) / kUnitBytes];
}

std::byte* BuddyAllocator::first_free(unsigned order) const {
  return reinterpret_cast<std::byte*>(first_free_[order]);
}

bool BuddyAllocator::is_free(const std::byte* block, unsigned order) const {
  return block >= start_ + zones_->first_unit * kUnitBytes && block < end_ && entry(block) == order;
}

void BuddyAllocator::put(std::byte* block, unsigned order) {
  entry(block) = static_cast<uint8_t>(order);
  auto* free = reinterpret_cast<FreeBuddy*>(block);
  *free = {first_free_[order], nullptr};
  if (free->next != nullptr) free->next->previous = free;
  first_free_[order] = free;
}

void BuddyAllocator::take(std::byte* block, unsigned order) {
  auto* free = reinterpret_cast<FreeBuddy*>(block);
  (free->previous != nullptr ? free->previous->next : first_free_[order]) = free->next;
  if (free->next != nullptr) free->next->previous = free->previous;
  entry(block) = BuddyZone::kInside;
}

void BuddyAllocator::mark_used(std::byte* block, unsigned order) {
  entry(block) = static_cast<uint8_t>(BuddyZone::kUsed | order);
}

unsigned BuddyAllocator::forget(std::byte* block) {
  if (block < start_ || block >= end_ || entry(block) == BuddyZone::kInside)
    kernel::panic("released {}, but no block starts there", block);
  if ((entry(block) & BuddyZone::kUsed) == 0) kernel::panic("the block at {} was released twice", block);
  const unsigned order = entry(block) & ~unsigned{BuddyZone::kUsed};
  entry(block) = BuddyZone::kInside;
  return order;
}

}  // namespace lab
