// SPDX-License-Identifier: MIT
#include "memory/allocators/slab.h"

#include <algorithm>
#include <bit>

#include "lib/panic.h"

namespace kernel {
namespace {

constexpr size_t kPage = 4096;

constexpr size_t object_bytes(size_t size_class) { return size_t{16} << size_class; }

size_t class_for(size_t bytes) {
  size_t size_class = 0;
  while (object_bytes(size_class) < bytes) ++size_class;
  return size_class;
}

bool is_page_start(const void* memory) { return reinterpret_cast<uintptr_t>(memory) % kPage == 0; }

Slab* slab_of(const void* object) {
  return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(object) & ~(kPage - 1));
}

}  // namespace

void SlabList::add(Slab* slab) {
  slab->next = first;
  slab->previous = nullptr;
  if (first != nullptr) first->previous = slab;
  first = slab;
}

void SlabList::remove(Slab* slab) {
  (slab->previous != nullptr ? slab->previous->next : first) = slab->next;
  if (slab->next != nullptr) slab->next->previous = slab->previous;
}

void SlabAllocator::extend(std::byte* start, size_t bytes) {
  if (start_ == nullptr) start_ = start;
  end_ = start + bytes;
  counts_.memory += bytes;
  give_pages(start, bytes / kPage);
}

std::byte* SlabAllocator::take_object(size_t size_class) {
  Cache& cache = caches_[size_class];
  if (cache.with_room.first == nullptr) {
    auto* fresh = reinterpret_cast<Slab*>(take_pages(1));
    if (fresh == nullptr) return nullptr;
    *fresh = {nullptr, nullptr, Slab::kMark, static_cast<uint32_t>(object_bytes(size_class)), 0, {}};
    cache.with_room.add(fresh);
    ++slabs_;
  }
  Slab* slab = cache.with_room.first;
  size_t word = 0;
  while (slab->taken[word] == ~uint64_t{0}) ++word;
  const auto bit = static_cast<size_t>(std::countr_one(slab->taken[word]));
  slab->taken[word] |= uint64_t{1} << bit;
  if (++slab->used == slab->capacity()) {
    cache.with_room.remove(slab);
    cache.full.add(slab);
  }
  return slab->object(64 * word + bit);
}

void SlabAllocator::give_object(std::byte* object) {
  Slab* slab = slab_of(object);
  if (slab->mark != Slab::kMark)
    panic("released {}, but its page is no slab, or the header is overwritten", object);
  const auto offset = static_cast<size_t>(object - slab->object(0));
  const size_t i = offset / slab->object_bytes;
  if (i >= slab->capacity() || offset % slab->object_bytes != 0)
    panic("released {}, which is not the start of an object", object);
  const uint64_t bit = uint64_t{1} << i % 64;
  if ((slab->taken[i / 64] & bit) == 0) panic("the object at {} was released twice", object);
  slab->taken[i / 64] &= ~bit;

  Cache& cache = caches_[class_for(slab->object_bytes)];
  if (slab->used-- == slab->capacity()) {
    cache.full.remove(slab);
    cache.with_room.add(slab);
  }
  if (slab->used == 0) {
    cache.with_room.remove(slab);
    slab->mark = 0;
    --slabs_;
    give_pages(reinterpret_cast<std::byte*>(slab), 1);
  }
}

void* SlabAllocator::allocate(size_t bytes, size_t alignment) {
  const size_t size = std::max(bytes, alignment);  // an object's address is a multiple of its size
  const bool small = size <= kLargest;
  const size_t pages = align_up(bytes, kPage) / kPage;
  std::byte* memory = small ? take_object(class_for(size)) : take_large(pages);
  if (memory == nullptr) {
    ++counts_.failures;
    return nullptr;
  }
  counts_.used += small ? object_bytes(class_for(size)) : pages * kPage;
  ++counts_.live;
  ++counts_.allocations;
  return memory;
}

void SlabAllocator::release(void* memory) {
  if (!contains(memory)) panic("released {}, which lies outside the memory", memory);
  auto* start = static_cast<std::byte*>(memory);
  if (is_page_start(start)) {
    give_large(start);
  } else {
    const size_t bytes = slab_of(start)->object_bytes;  // the slab may be gone afterwards
    give_object(start);
    counts_.used -= bytes;
  }
  --counts_.live;
  ++counts_.releases;
}

// One page more for a slab of descriptions.
size_t SlabAllocator::needed_for(size_t bytes, size_t alignment) const {
  return align_up(std::max(bytes, alignment), kPage) + kPage;
}

AllocatorStatistics SlabAllocator::statistics() const {
  AllocatorStatistics result = counts_;
  for (const PageRun* run = free_runs_; run != nullptr; run = run->next)
    result.largest_free = std::max(result.largest_free, run->pages * kPage);
  for (size_t i = 0; i < kSizes; ++i)
    for (const Slab* slab = caches_[i].with_room.first; slab != nullptr; slab = slab->next) {
      result.free += (slab->capacity() - slab->used) * slab->object_bytes;
      result.largest_free = std::max<size_t>(result.largest_free, slab->object_bytes);
    }
  return result;
}

Defect SlabAllocator::check_slabs(const SlabList& list, size_t size_class, bool full, size_t& slabs) const {
  const Slab* previous = nullptr;
  for (const Slab* slab = list.first; slab != nullptr; previous = slab, slab = slab->next) {
    if (!contains(slab) || !is_page_start(slab)) return {"a list of slabs leads to something else", slab};
    if (slab->mark != Slab::kMark || slab->object_bytes != object_bytes(size_class))
      return {"the header of a slab is overwritten", slab};
    if (slab->previous != previous) return {"a slab does not point back to the one before", slab};
    if (++slabs > slabs_) return {"a list of slabs runs in a circle", slab};
    size_t bits = 0;
    for (uint64_t word : slab->taken)
      for (; word != 0; word &= word - 1) ++bits;
    if (bits != slab->used) return {"a slab counts other objects than its bits say", slab};
    if ((slab->used == slab->capacity()) != full || slab->used == 0)
      return {"a slab is in the wrong list", slab};
  }
  return {};
}

Defect SlabAllocator::check() const {
  size_t slabs = 0, free_pages = 0, large_pages = 0;
  for (size_t i = 0; i < kSizes; ++i) {
    if (const Defect defect = check_slabs(caches_[i].with_room, i, false, slabs); defect.found())
      return defect;
    if (const Defect defect = check_slabs(caches_[i].full, i, true, slabs); defect.found()) return defect;
  }
  const std::byte* last = nullptr;
  for (const PageRun* run = free_runs_; run != nullptr; run = run->next) {
    if (!contains(run) || !is_page_start(run)) return {"the list of free pages leads to something else", run};
    const auto* start = reinterpret_cast<const std::byte*>(run);
    if (run->pages == 0 || run->pages > static_cast<size_t>(end_ - start) / kPage)
      return {"a run of free pages has an impossible length", run};
    if (start <= last) return {"free pages are out of order, or were not joined", run};
    last = start + run->pages * kPage;
    free_pages += run->pages;
  }
  for (const PagesInUse* block = large_; block != nullptr; block = block->next) {
    if (!contains(block) || slab_of(block)->mark != Slab::kMark)
      return {"the list of large blocks leads to something else", block};
    large_pages += block->pages;
    if (large_pages * kPage > counts_.memory) return {"the list of large blocks runs in a circle", block};
  }
  if (slabs != slabs_ || (slabs + free_pages + large_pages) * kPage != counts_.memory)
    return {"slabs, large blocks and free pages do not add up to the memory", this};
  return {};
}

}  // namespace kernel
