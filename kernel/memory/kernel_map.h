// SPDX-License-Identifier: MIT
//
// The kernel's own page tables, in place of the coarse ones of boot.S:
//
//   code       read and execute         constants  read
//   data       read and write           guard pages below the stacks: nothing
//   direct map of the first 4 GiB: read and write, in pages of 2 MiB
//   low addresses: nothing. A null pointer faults.
//
// (The direct map shows the kernel's own code a second time, writable. Kernels live with that; whoever has a
// stray pointer up there can do other harm.)
#pragma once

#include <cstdint>
#include <optional>

#include "arch/address.h"
#include "arch/page_table.h"

namespace kernel {

// Builds the tables and makes the CPU use them. REQUIRES: CR0.WP and EFER.NXE are set (boot.S did).
void map_kernel();

struct Translation {
  PhysicalAddress address;
  PageTableEntry entry;  // of the page itself, not of the tables above it
  unsigned level;        // 1: a page of 4 KiB, 2: of 2 MiB, 3: of 1 GiB
};

// Walks the tables that CR3 points to. None if the address is not mapped.
std::optional<Translation> translate(VirtualAddress address);

// Entry of level 1 that maps an address of the kernel's image. Changing it needs INVLPG afterwards.
// REQUIRES: the address lies in the image.
PageTableEntry& image_page_entry(VirtualAddress address);

}  // namespace kernel
