// SPDX-License-Identifier: MIT
//
// `new` and `delete`. All the forms that the language knows lead to the heap: with an alignment or not, for
// one object or an array, with a size told to delete (the allocators know it anyway). If there is no memory,
// plain `new` panics, as its callers do not look; `new (std::nothrow)` gives null to those who do.
#include <new>

#include "lib/panic.h"
#include "memory/heap.h"

namespace {

void* allocate(size_t bytes, size_t alignment = kernel::kSmallestAlignment) {
  if (bytes == 0) bytes = 1;  // `new char[0]` is an address of its own too
  return kernel::heap.allocate(bytes, std::max(alignment, kernel::kSmallestAlignment));
}

void* allocate_or_panic(size_t bytes, size_t alignment = kernel::kSmallestAlignment) {
  if (void* memory = allocate(bytes, alignment)) return memory;
  kernel::panic("out of memory: new wants {} bytes, the heap has {} and cannot grow", bytes,
                kernel::heap.statistics().free);
}

void release(void* memory) {
  if (memory != nullptr) kernel::heap.release(memory);
}

}  // namespace

const std::nothrow_t std::nothrow{};

void* operator new(size_t bytes) { return allocate_or_panic(bytes); }
void* operator new[](size_t bytes) { return allocate_or_panic(bytes); }
void* operator new(size_t bytes, std::align_val_t align) { return allocate_or_panic(bytes, size_t(align)); }
void* operator new[](size_t bytes, std::align_val_t align) { return allocate_or_panic(bytes, size_t(align)); }

void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new(size_t bytes, std::align_val_t align, const std::nothrow_t&) noexcept {
  return allocate(bytes, size_t(align));
}
void* operator new[](size_t bytes, std::align_val_t align, const std::nothrow_t&) noexcept {
  return allocate(bytes, size_t(align));
}

void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, size_t) noexcept { release(memory); }
void operator delete[](void* memory, size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
