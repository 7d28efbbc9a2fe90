// SPDX-License-Identifier: MIT
#include "slab.h"

#include <algorithm>
#include <bit>

#include "lib/panic.h"

namespace lab {

std::byte* SlabAllocator::take_object(size_t size_class) {
  Cache& cache = caches_[size_class];
  if (cache.with_room.first == nullptr) {
    auto* fresh = reinterpret_cast<Slab*>(take_page());
    if (fresh == nullptr) return nullptr;
    *fresh = {nullptr, nullptr, Slab::kMark, static_cast<uint32_t>(object_bytes(size_class)), 0, {}};
    cache.with_room.add(fresh);
    ++slabs_;
  }
  Slab* slab = cache.with_room.first;
  size_t i = 0;
  while ((slab->taken[i / 64] >> i % 64 & 1) != 0) ++i;
  slab->taken[i / 64] |= uint64_t{1} << i % 64;
  if (++slab->used == slab->capacity()) {
    cache.with_room.remove(slab);
    cache.full.add(slab);
  }
  return slab->object(i);
}

void SlabAllocator::give_object(std::byte* object) {
  auto* slab = reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(object) & ~(kPage - 1));
  const size_t i = static_cast<size_t>(object - slab->object(0)) / slab->object_bytes;
  const uint64_t bit = uint64_t{1} << i % 64;
  if (slab->mark != Slab::kMark || (slab->taken[i / 64] & bit) == 0)
    kernel::panic("released {}, but there is no object in use", object);
  Cache& cache = caches_[static_cast<size_t>(std::countr_zero(slab->object_bytes / 16))];
  if (slab->used == slab->capacity()) {
    cache.full.remove(slab);
    cache.with_room.add(slab);
  }
  slab->taken[i / 64] &= ~bit;
  if (--slab->used > 0) return;
  cache.with_room.remove(slab);
  slab->mark = 0;
  --slabs_;
  give_page(reinterpret_cast<std::byte*>(slab));
}

void* SlabAllocator::allocate(size_t bytes, size_t alignment) {
  const size_t size = std::max(bytes, alignment);  // an object's address is a multiple of its size
  if (size > kLargest) return nullptr;
  size_t size_class = 0;
  while (object_bytes(size_class) < size) ++size_class;
  std::byte* object = take_object(size_class);
  if (object != nullptr) ++counts_.live;
  return object;
}

void SlabAllocator::release(void* memory) {
  if (memory < start_ || memory >= end_) kernel::panic("released {}, which lies outside the memory", memory);
  give_object(static_cast<std::byte*>(memory));
  --counts_.live;
}

}  // namespace lab
