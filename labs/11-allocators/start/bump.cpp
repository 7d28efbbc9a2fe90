// SPDX-License-Identifier: MIT
//
// Your file, step 1. bump.h has the drawing.
#include "bump.h"

namespace lab {

// The next address that is aligned so, if the bytes fit in front of end_.
void* BumpAllocator::allocate(size_t, size_t) { return nullptr; }

// Counts; with the last block all memory is free again.
void BumpAllocator::release(void*) {}

}  // namespace lab
