// SPDX-License-Identifier: MIT
//
// The kernel's own page tables, in place of the coarse ones of boot.S:
//
//   code       read and execute         constants  read
//   data       read and write           guard pages below the stacks: nothing
//   direct map of the first 4 GiB: read and write, in pages of 2 MiB
//   low addresses: nothing. A null pointer faults.
//
// No page is writable and executable. (The direct map shows the kernel's own code a second time, writable.
// Kernels live with that; whoever has a stray pointer up there can do other harm.)
#pragma once

#include <optional>

#include "memory/mapper.h"

namespace kernel {

// Builds the tables and makes the CPU use them. REQUIRES: CR0.WP and EFER.NXE are set (boot.S did), and
// `frames` can hand out frames below 1 GiB.
void map_kernel();

// What the CPU makes of an address.
inline std::optional<Translation> translate(VirtualAddress address) {
  return kernel_mapper.translate(address);
}

}  // namespace kernel
