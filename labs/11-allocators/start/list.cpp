// SPDX-License-Identifier: MIT
//
// Your file, step 2. list.h has the drawing.
#include "list.h"

#include "lib/panic.h"

namespace lab {

// Free, into the list by address, joined with the neighbours that are free.
void LinkedListAllocator::insert(Block*) {}

// The first that is large enough, split.
void* LinkedListAllocator::allocate(size_t) { return nullptr; }

// Its header lies in front of it. Panic if that does not say `used`.
void LinkedListAllocator::release(void*) {}

}  // namespace lab
