// SPDX-License-Identifier: MIT
//
// All allocators under the same load, side by side.
#pragma once

#include <cstdint>

namespace kernel {

// Prints a table. Everything in it but the cycles is the same on every machine; in Ringside the cycles are
// too.
void compare_allocators(uint64_t seed);

}  // namespace kernel
