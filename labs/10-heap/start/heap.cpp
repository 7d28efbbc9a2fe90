// SPDX-License-Identifier: MIT
//
// Your file. heap.h says what each function is for; README.md goes through the steps.
#include "heap.h"

#include <algorithm>

#include "arch/interrupt_guard.h"
#include "memory/frame_allocator.h"
#include "memory/mapper.h"

namespace lab {

constinit Heap heap;

// Step 1: a frame for each page. Step 4: back to where it was if there are not enough.
bool map_pages(uint64_t, size_t) { return false; }

// Step 2: pages at the end, and the allocator gets them.
bool Heap::grow(size_t) { return false; }

// Step 2: from the allocator; if it has no room, grow and ask again.
void* Heap::allocate(size_t, size_t) { return nullptr; }

void Heap::release(void*) {}

}  // namespace lab
