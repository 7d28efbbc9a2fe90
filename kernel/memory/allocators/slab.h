// SPDX-License-Identifier: MIT
//
// A slab is one page cut into objects of one size, with a header that says which of them are taken:
//
//   page    | Slab: bit per object | object | object | object | ...                                        |
//
// Objects have 16, 32, ... 1024 bytes. Slabs with room are in one list for each size, full ones in another; a
// slab whose last object is released is a free page again. What is larger gets whole pages. So an address
// tells what is there: at the start of a page there are whole pages, anywhere else an object, with its slab's
// header at the start of its page.
#pragma once

#include <array>

#include "memory/allocators/allocator.h"

namespace kernel {

struct Slab {
  Slab *next, *previous;
  uint64_t mark;
  uint32_t object_bytes;
  uint32_t used;                  // objects that are taken
  std::array<uint64_t, 4> taken;  // a bit for each object

  static constexpr uint64_t kMark = 0x62'616c'73;                                       // "slab"
  size_t first_object() const { return std::max<size_t>(sizeof(Slab), object_bytes); }  // so all are aligned
  size_t capacity() const { return (4096 - first_object()) / object_bytes; }
  std::byte* object(size_t i) {
    return reinterpret_cast<std::byte*>(this) + first_object() + i * object_bytes;
  }
};
static_assert(sizeof(Slab) == 64);

struct SlabList {
  Slab* first = nullptr;
  void add(Slab* slab);
  void remove(Slab* slab);
};

struct PageRun {  // in the first of some free pages; the list is sorted by address, and runs never touch
  PageRun* next;
  size_t pages;
};

struct PagesInUse {  // an object of 32 bytes that describes a large block
  PagesInUse* next;
  std::byte* start;
  size_t pages;
};

class SlabAllocator {
 public:
  static constexpr std::string_view kName = "slab";
  static constexpr size_t kSizes = 7;
  static constexpr size_t kLargest = 1024;

  void extend(std::byte* start, size_t bytes);
  void* allocate(size_t bytes, size_t alignment);
  void release(void* memory);
  size_t needed_for(size_t bytes, size_t alignment) const;
  AllocatorStatistics statistics() const;
  Defect check() const;

 private:
  struct Cache {
    SlabList with_room, full;
  };

  std::byte* take_pages(size_t pages);
  void give_pages(std::byte* start, size_t pages);
  std::byte* take_object(size_t size_class);
  void give_object(std::byte* object);
  std::byte* take_large(size_t pages);
  void give_large(std::byte* start);
  Defect check_slabs(const SlabList& list, size_t size_class, bool full, size_t& objects) const;
  bool contains(const void* memory) const { return memory >= start_ && memory < end_; }

  std::array<Cache, kSizes> caches_{};
  PageRun* free_runs_ = nullptr;
  PagesInUse* large_ = nullptr;
  std::byte* start_ = nullptr;
  std::byte* end_ = nullptr;
  size_t slabs_ = 0;
  AllocatorStatistics counts_;  // free: pages in no slab and no large block
};
static_assert(Allocator<SlabAllocator>);

}  // namespace kernel
