// SPDX-License-Identifier: MIT
//
// Commands about memory: frames, page tables, the heap.
#pragma once

#include <string_view>

namespace kernel {

void show_memory_use(std::string_view);             // mem
void show_mapped_ranges(std::string_view text);     // map [ADDRESS]
void show_heap(std::string_view);                   // heap
void run_allocator_command(std::string_view text);  // alloc check, alloc bench

}  // namespace kernel
