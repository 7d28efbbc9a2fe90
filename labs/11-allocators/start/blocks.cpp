// SPDX-License-Identifier: MIT
//
// Your file, step 3. blocks.h has the drawing.
#include "blocks.h"

namespace lab {

// The first of the list for its size, or a new one from fallback_.
void* FixedBlockAllocator::allocate(size_t) { return nullptr; }

// To the front of the list for its size, or back to fallback_.
void FixedBlockAllocator::release(void*) {}

}  // namespace lab
