// SPDX-License-Identifier: MIT
//
// Your file. paging.h says what each function is for; README.md goes through the steps.
#include "paging.h"

namespace lab {

// Step 1.
void FrameAllocator::initialize(std::span<const MemoryRange>, std::span<const MemoryRange>) {}

std::optional<PhysicalAddress> FrameAllocator::allocate() { return std::nullopt; }

bool FrameAllocator::release(PhysicalAddress) { return false; }

}  // namespace lab
