// SPDX-License-Identifier: MIT
//
// Step 4: blocks of 32, 64, 128, ... bytes, each at an address that is a multiple of its size. A block of
// order n has 32 << n bytes. It is split into two halves, each other's buddy; when both are free they become
// one again.
//
//   memory    | BuddyZone, one byte for each 32 bytes | 32 |  64  |     128     |          256         | ...
//
// The table and the lists are kept by buddy_table.cpp, which is given. You decide what is split and what is
// joined.
#pragma once

#include <array>

#include "counts.h"
#include "memory/allocators/buddy.h"

namespace lab {

class BuddyAllocator {
 public:
  static constexpr size_t kUnitBytes = 32;
  static constexpr unsigned kOrders = 16;

  void extend(std::byte* start, size_t bytes);
  void* allocate(size_t bytes, size_t alignment = kSmallestAlignment);
  void release(void* memory);

 private:
  static constexpr size_t bytes_of(unsigned order) { return kUnitBytes << order; }

  // Yours too: the smallest order that has room for the bytes and whose blocks are aligned so. kOrders: none
  // has.
  static unsigned order_for(size_t bytes, size_t alignment);

  // A free block of this order, which stays where it is; null if the list is empty.
  std::byte* first_free(unsigned order) const;
  // Whether a block of exactly this order starts there, and is free. False too for addresses outside of the
  // memory.
  bool is_free(const std::byte* block, unsigned order) const;
  // The block becomes free: into the table and into the list of its order.
  void put(std::byte* block, unsigned order);
  // Out of the list; from now on the table says that no block starts there. REQUIRES: is_free(block, order).
  void take(std::byte* block, unsigned order);
  // The table says that a block of this order starts there and is used.
  void mark_used(std::byte* block, unsigned order);
  // The order of a used block, which the table forgets. Panics if no used block starts there.
  unsigned forget(std::byte* block);

  uint8_t& entry(const std::byte* block) const;

  std::array<kernel::FreeBuddy*, kOrders> first_free_{};
  kernel::BuddyZone* zones_ = nullptr;  // there is one
  std::byte* start_ = nullptr;
  std::byte* end_ = nullptr;
  Counts counts_;
};

}  // namespace lab
