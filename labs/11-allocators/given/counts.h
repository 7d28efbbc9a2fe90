// SPDX-License-Identifier: MIT
//
// What all five designs have in common.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/allocators/allocator.h"

namespace lab {

using kernel::align_up;            // of a number or of a pointer, to a multiple of a power of two
using kernel::kSmallestAlignment;  // 16: every block lies at a multiple of it

// Kept by each allocator about itself. The heap panel compares it with what lies in memory.
struct Counts {
  size_t live = 0;  // blocks that are handed out
};

}  // namespace lab
