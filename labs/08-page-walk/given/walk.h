// SPDX-License-Identifier: MIT
//
// The page walk that you write: what the processor does with every address, done by hand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lab {

// This kernel sees physical memory through a window: what lies at physical address p is at physical_window +
// p, and no other address shows all of memory. The window may be moved.
extern uint64_t physical_window;
// The 64 bits at a physical address, through the window. Where there is no memory, all bits are 1.
uint64_t read_physical(uint64_t address);

// Step 1. The parts of an address.
uint64_t top_table();  // physical address of the table of level 4, as CR3 says now
bool is_canonical(uint64_t address);
unsigned table_index(uint64_t address, unsigned level);       // level 4 to 1; 0 to 511
uint64_t page_offset(uint64_t address, uint64_t page_bytes);  // page_bytes: 4 KiB, 2 MiB or 1 GiB

enum class End : uint8_t {
  page,           // the address is mapped
  not_present,    // an entry on the way has bit 0 clear
  not_canonical,  // no table was looked at
};

// One entry that the walk came past.
struct Visited {
  uint64_t at = 0;     // its physical address
  uint64_t entry = 0;  // what stands there
};

struct Walk {
  End end = End::not_canonical;
  unsigned count = 0;                // of entries in `visited`, the last one included
  std::array<Visited, 4> visited{};  // level 4 first
  // Of End::page alone:
  uint64_t physical = 0;    // where the byte is that the address names
  uint64_t page_bytes = 0;  // 4 KiB, 2 MiB or 1 GiB
  // Step 5. What all levels together allow.
  bool writable = false;
  bool user = false;  // ring 3 may use it
  bool executable = false;
};

// Steps 2 to 5.
Walk walk(uint64_t address);

// Step 6. Finds every page that shows the byte at this physical address: by the tables of CR3, from low
// addresses to high ones. Puts the addresses at which it is seen into `pages`, as many as fit, and returns
// how many there are.
size_t pages_showing(uint64_t physical, std::span<uint64_t> pages);

}  // namespace lab
