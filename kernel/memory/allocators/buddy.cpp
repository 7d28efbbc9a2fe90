// SPDX-License-Identifier: MIT
#include "memory/allocators/buddy.h"

#include <algorithm>
#include <cstring>

#include "lib/panic.h"

namespace kernel {

unsigned BuddyAllocator::order_for(size_t bytes, size_t alignment) {
  unsigned order = 0;
  while (bytes_of(order) < std::max(bytes, alignment)) ++order;
  return order;
}

BuddyAllocator::Place BuddyAllocator::place_of(const void* memory) const {
  for (BuddyZone* zone = zones_; zone != nullptr; zone = zone->next) {
    const size_t unit =
        (reinterpret_cast<uintptr_t>(memory) - reinterpret_cast<uintptr_t>(zone)) / kUnitBytes;
    if (memory >= zone && unit >= zone->first_unit && unit < zone->units) return {zone, unit};
  }
  return {nullptr, 0};
}

std::byte* BuddyAllocator::address_of(Place place) {
  return reinterpret_cast<std::byte*>(place.zone) + place.unit * kUnitBytes;
}

void BuddyAllocator::put(Place place, unsigned order) {
  place.entry() = static_cast<uint8_t>(order);
  auto* block = reinterpret_cast<FreeBuddy*>(address_of(place));
  *block = {first_free_[order], nullptr};
  if (block->next != nullptr) block->next->previous = block;
  first_free_[order] = block;
  counts_.free += bytes_of(order);
}

void BuddyAllocator::take(Place place, unsigned order) {
  auto* block = reinterpret_cast<FreeBuddy*>(address_of(place));
  (block->previous != nullptr ? block->previous->next : first_free_[order]) = block->next;
  if (block->next != nullptr) block->next->previous = block->previous;
  place.entry() = BuddyZone::kInside;
  counts_.free -= bytes_of(order);
}

// Fills the zone from its start with the largest blocks that fit, in size and in address.
void BuddyAllocator::extend(std::byte* start, size_t bytes) {
  auto* zone = reinterpret_cast<BuddyZone*>(start);
  const size_t units = bytes / kUnitBytes;
  *zone = {zones_, units, align_up(sizeof(BuddyZone) + units, kUnitBytes) / kUnitBytes};
  memset(zone->table, BuddyZone::kInside, units);
  zones_ = zone;
  counts_.memory += bytes;
  for (size_t unit = zone->first_unit; unit < units;) {
    const auto address = reinterpret_cast<uintptr_t>(address_of({zone, unit}));
    unsigned order = 0;
    while (order + 1 < kOrders && address % bytes_of(order + 1) == 0 && unit + (size_t{2} << order) <= units)
      ++order;
    put({zone, unit}, order);
    unit += size_t{1} << order;
  }
}

void* BuddyAllocator::allocate(size_t bytes, size_t alignment) {
  const unsigned wanted = bytes > bytes_of(kOrders - 1) ? kOrders : order_for(bytes, alignment);
  unsigned order = wanted;
  while (order < kOrders && first_free_[order] == nullptr) ++order;
  if (order >= kOrders) {
    ++counts_.failures;
    return nullptr;
  }
  const Place place = place_of(first_free_[order]);
  take(place, order);
  while (order > wanted) {  // keep the lower half, put the upper one aside
    --order;
    put({place.zone, place.unit + (size_t{1} << order)}, order);
  }
  place.entry() = static_cast<uint8_t>(BuddyZone::kUsed | order);
  counts_.used += bytes_of(order);
  ++counts_.live;
  ++counts_.allocations;
  return address_of(place);
}

void BuddyAllocator::release(void* memory) {
  Place place = place_of(memory);
  if (place.zone == nullptr || address_of(place) != memory || place.entry() == BuddyZone::kInside)
    panic("released {}, but no block starts there", memory);
  if ((place.entry() & BuddyZone::kUsed) == 0) panic("the block at {} was released twice", memory);
  unsigned order = place.entry() & ~BuddyZone::kUsed;
  counts_.used -= bytes_of(order);
  --counts_.live;
  ++counts_.releases;
  place.entry() = BuddyZone::kInside;
  for (; order + 1 < kOrders; ++order) {
    const auto address = reinterpret_cast<uintptr_t>(address_of(place));
    const Place buddy = place_of(reinterpret_cast<void*>(address ^ bytes_of(order)));
    if (buddy.zone != place.zone || buddy.entry() != order) break;  // elsewhere, used, or in smaller pieces
    take(buddy, order);
    place.unit = std::min(place.unit, buddy.unit);
  }
  put(place, order);
}

// In the worst case an aligned block starts just behind the one that the table has spoilt.
size_t BuddyAllocator::needed_for(size_t bytes, size_t alignment) const {
  const size_t block = bytes_of(order_for(bytes, alignment));
  return align_up(2 * block + block / 8 + 4096, 4096);
}

AllocatorStatistics BuddyAllocator::statistics() const {
  AllocatorStatistics result = counts_;
  for (unsigned order = 0; order < kOrders; ++order)
    if (first_free_[order] != nullptr) result.largest_free = bytes_of(order);
  return result;
}

Defect BuddyAllocator::check_zone(BuddyZone& zone, size_t& free_blocks) const {
  for (size_t unit = zone.first_unit; unit < zone.units;) {
    const Place place{&zone, unit};
    std::byte* block = address_of(place);
    const unsigned order = place.entry() & ~BuddyZone::kUsed;
    const bool free = order == place.entry();
    if (order >= kOrders) return {"the table has no order where a block must start", block};
    if (reinterpret_cast<uintptr_t>(block) % bytes_of(order) != 0 || unit + (size_t{1} << order) > zone.units)
      return {"a block has an order that does not fit its address", block};
    if (free) {
      ++free_blocks;
      const Place buddy =
          place_of(reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(block) ^ bytes_of(order)));
      if (buddy.zone == &zone && buddy.entry() == order)
        return {"two buddies are free and were not joined", block};
    }
    unit += size_t{1} << order;
  }
  return {};
}

Defect BuddyAllocator::check() const {
  size_t free_blocks = 0, seen = 0;
  for (BuddyZone* zone = zones_; zone != nullptr; zone = zone->next)
    if (const Defect defect = check_zone(*zone, free_blocks); defect.found()) return defect;
  for (unsigned order = 0; order < kOrders; ++order) {
    const FreeBuddy* previous = nullptr;
    for (const FreeBuddy* block = first_free_[order]; block != nullptr;
         previous = block, block = block->next) {
      const Place place = place_of(block);
      if (place.zone == nullptr) return {"a list of free blocks leads out of the memory", block};
      if (place.entry() != order)
        return {"a list names something that is not a free block of its size", block};
      if (block->previous != previous) return {"a free block does not point back to the one before", block};
      if (++seen > free_blocks) return {"a list of free blocks runs in a circle", block};
    }
  }
  if (seen != free_blocks) return {"a free block is in no list", this};
  return {};
}

}  // namespace kernel
