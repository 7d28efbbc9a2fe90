// SPDX-License-Identifier: MIT
//
// The kernel's own way to pages is not in this image: whoever asks for some gets them from yours.
#include "memory/pages.h"

#include "heap.h"
#include "lib/panic.h"

namespace kernel {

bool map_new_pages(uint64_t address, size_t pages, FrameUse) { return lab::map_pages(address, pages); }

void unmap_and_release_pages(uint64_t, size_t) {
  panic("nobody takes pages away in this lab but map_pages()");
}

}  // namespace kernel
