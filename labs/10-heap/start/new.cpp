// SPDX-License-Identifier: MIT
//
// Your file: what `new` and `delete` are in this kernel. All the forms that the compiler may call are here;
// two or three functions of your own can do the work of all of them.
#include <new>

#include "heap.h"
#include "lib/panic.h"

namespace {
void* nothing() { return nullptr; }  // until you have written them
}  // namespace

// Step 3. If there is no memory (step 4): panic, for those who call these do not look.
void* operator new(size_t) { return nothing(); }
void* operator new[](size_t) { return nothing(); }
void* operator new(size_t, std::align_val_t) { return nothing(); }
void* operator new[](size_t, std::align_val_t) { return nothing(); }

// If there is no memory: null.
void* operator new(size_t, const std::nothrow_t&) noexcept { return nothing(); }
void* operator new[](size_t, const std::nothrow_t&) noexcept { return nothing(); }
void* operator new(size_t, std::align_val_t, const std::nothrow_t&) noexcept { return nothing(); }
void* operator new[](size_t, std::align_val_t, const std::nothrow_t&) noexcept { return nothing(); }

// The compiler tells the size and the alignment where it knows them; the allocator knows them anyway.
void operator delete(void*) noexcept {}
void operator delete[](void*) noexcept {}
void operator delete(void*, size_t) noexcept {}
void operator delete[](void*, size_t) noexcept {}
void operator delete(void*, std::align_val_t) noexcept {}
void operator delete[](void*, std::align_val_t) noexcept {}
void operator delete(void*, size_t, std::align_val_t) noexcept {}
void operator delete[](void*, size_t, std::align_val_t) noexcept {}
