// SPDX-License-Identifier: MIT
//
// What the student writes.
#pragma once

#include <cstdint>

namespace lab {

// Step 1.
uint64_t twice(uint64_t number);

}  // namespace lab
