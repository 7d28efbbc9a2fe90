// SPDX-License-Identifier: MIT
#include <algorithm>
#include <new>

#include "heap.h"
#include "lib/panic.h"

namespace {

void* try_new(size_t bytes, size_t alignment = 16) {
  return lab::heap.allocate(std::max<size_t>(bytes, 1), std::max<size_t>(alignment, 16));
}

void* new_or_panic(size_t bytes, size_t alignment = 16) {
  void* memory = try_new(bytes, alignment);
  if (memory == nullptr) kernel::panic("out of memory: new wants {} bytes", bytes);
  return memory;
}

void release(void* memory) {
  if (memory != nullptr) lab::heap.release(memory);
}

}  // namespace

void* operator new(size_t bytes) { return new_or_panic(bytes); }
void* operator new[](size_t bytes) { return new_or_panic(bytes); }
void* operator new(size_t bytes, std::align_val_t align) { return new_or_panic(bytes, size_t(align)); }
void* operator new[](size_t bytes, std::align_val_t align) { return new_or_panic(bytes, size_t(align)); }

void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return try_new(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return try_new(bytes); }
void* operator new(size_t bytes, std::align_val_t align, const std::nothrow_t&) noexcept {
  return try_new(bytes, size_t(align));
}
void* operator new[](size_t bytes, std::align_val_t align, const std::nothrow_t&) noexcept {
  return try_new(bytes, size_t(align));
}

void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, size_t) noexcept { release(memory); }
void operator delete[](void* memory, size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { release(memory); }
