// SPDX-License-Identifier: MIT
//
// Blocks of 32, 64, 128, ... bytes, each at an address that is a multiple of its size. A block is split into
// two halves, which are each other's buddy; when both are free again they become one. The address of a
// block's buddy differs in one bit, so finding it is no search.
//
//   zone    | BuddyZone, one byte for each 32 bytes | 32 |  64  |     128     |           256           | ...
//
// Every stretch of new memory becomes a zone with a table of its own; buddies lie in the same zone. What is
// asked for is rounded up to a power of two: up to half of a block may be wasted.
#pragma once

#include <array>

#include "memory/allocators/allocator.h"

namespace kernel {

// The table's byte at the first 32 bytes of a block holds its order (32 << order bytes) and whether it is
// used; all others are `inside`, so that an address which is not a block's is noticed.
struct BuddyZone {
  BuddyZone* next;
  size_t units;       // pieces of 32 bytes, those of this header and the table too
  size_t first_unit;  // behind the table
  uint8_t table[];

  static constexpr uint8_t kInside = 0xff;
  static constexpr uint8_t kUsed = 0x80;
};

struct FreeBuddy {  // in a free block
  FreeBuddy *next, *previous;
};

class BuddyAllocator {
 public:
  static constexpr std::string_view kName = "buddy";
  static constexpr size_t kUnitBytes = 32;
  static constexpr size_t kOrders = 24;

  void extend(std::byte* start, size_t bytes);
  void* allocate(size_t bytes, size_t alignment);
  void release(void* memory);
  size_t needed_for(size_t bytes, size_t alignment) const;
  AllocatorStatistics statistics() const;
  Defect check() const;

 private:
  static constexpr size_t bytes_of(unsigned order) { return kUnitBytes << order; }
  static unsigned order_for(size_t bytes, size_t alignment);

  // The zone with the address and the number of its unit. Null if it is in none.
  struct Place {
    BuddyZone* zone;
    size_t unit;
    uint8_t& entry() const { return zone->table[unit]; }
  };
  Place place_of(const void* memory) const;
  static std::byte* address_of(Place place);

  void put(Place place, unsigned order);  // into the list of free blocks
  void take(Place place, unsigned order);
  Defect check_zone(BuddyZone& zone, size_t& free_blocks) const;

  std::array<FreeBuddy*, kOrders> first_free_{};
  BuddyZone* zones_ = nullptr;
  AllocatorStatistics counts_;  // all but largest_free
};
static_assert(Allocator<BuddyAllocator>);

}  // namespace kernel
