// SPDX-License-Identifier: MIT
//
// Step 5: a slab is one page cut into objects of one size, with a header that says which of them are taken.
//
//   page    | Slab: bit per object | object | object | object | ...                                        |
//
// Objects have 16, 32, ... 1024 bytes; nothing larger comes from here. Slabs with room are in one list for
// each size, full ones in another; a slab whose last object is released is a free page again.
#pragma once

#include <array>

#include "counts.h"
#include "memory/allocators/slab.h"

namespace lab {

using kernel::PageRun;
using kernel::Slab;      // header: next, previous, mark, object_bytes, used, taken; capacity(), object(i)
using kernel::SlabList;  // first, add(), remove()

class SlabAllocator {
 public:
  static constexpr size_t kSizes = 7;
  static constexpr size_t kLargest = 1024;
  static constexpr size_t kPage = 4096;

  void extend(std::byte* start, size_t bytes);

  // These two are in your file, and done: they find the size, and count.
  void* allocate(size_t bytes, size_t alignment = kSmallestAlignment);
  void release(void* memory);

 private:
  struct Cache {
    SlabList with_room, full;
  };
  static constexpr size_t object_bytes(size_t size_class) { return size_t{16} << size_class; }

  // Yours: an object of this size, from a slab with room or from a new one. Null if there is no page for one.
  std::byte* take_object(size_t size_class);
  // Yours: the way back. The slab's header is at the start of the object's page.
  void give_object(std::byte* object);

  // Given: a free page, or null; and the way back. slabs_ counts those that are slabs: yours to keep.
  std::byte* take_page();
  void give_page(std::byte* page);

  std::array<Cache, kSizes> caches_{};
  PageRun* free_runs_ = nullptr;         // free pages side by side, sorted by address
  kernel::PagesInUse* large_ = nullptr;  // not in this lab
  std::byte* start_ = nullptr;
  std::byte* end_ = nullptr;
  size_t slabs_ = 0;
  Counts counts_;
};

}  // namespace lab
