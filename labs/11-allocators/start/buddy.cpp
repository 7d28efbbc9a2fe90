// SPDX-License-Identifier: MIT
//
// Your file, step 4. buddy.h has the drawing, and says what is there for you.
#include "buddy.h"

#include <algorithm>

namespace lab {

// Large enough, and aligned as it should be: a block lies at a multiple of its size.
unsigned BuddyAllocator::order_for(size_t, size_t) { return kOrders; }

// A free block, split in halves until it has the order that is wanted.
void* BuddyAllocator::allocate(size_t, size_t) { return nullptr; }

// Joined with its buddy as often as that is free.
void BuddyAllocator::release(void*) {}

}  // namespace lab
