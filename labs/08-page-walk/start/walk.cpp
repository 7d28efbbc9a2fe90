// SPDX-License-Identifier: MIT
//
// Your file. walk.h says what each function is for; README.md goes through the steps.
#include "walk.h"

#include "arch/control_registers.h"

namespace lab {

// Step 1: CR3 holds more than an address. kernel::cr3::read() gives all of it.
uint64_t top_table() { return 0; }

bool is_canonical(uint64_t) { return false; }

unsigned table_index(uint64_t, unsigned) { return 0; }

uint64_t page_offset(uint64_t, uint64_t) { return 0; }

// Step 2: four levels. Step 3: pages that end the walk early. Step 4: what is not there. Step 5: rights.
Walk walk(uint64_t) { return {}; }

// Step 6: all tables, not one way through them.
size_t pages_showing(uint64_t, std::span<uint64_t>) { return 0; }

}  // namespace lab
