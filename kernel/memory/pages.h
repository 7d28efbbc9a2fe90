// SPDX-License-Identifier: MIT
//
// Memory of the kernel's own, where it wants it: new frames behind addresses that nothing is mapped to.
#pragma once

#include "memory/frame_allocator.h"

namespace kernel {

// Maps `pages` new frames from `address` on, writable and not executable. Their contents are left over from
// earlier uses. False if there are not enough frames: then nothing has changed. Panics if something is mapped
// there already. REQUIRES: the address is canonical and a multiple of 4096.
bool map_new_pages(uint64_t address, size_t pages, FrameUse use);

// The way back. Panics if one of the pages is not mapped.
void unmap_and_release_pages(uint64_t address, size_t pages);

}  // namespace kernel
