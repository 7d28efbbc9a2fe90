// SPDX-License-Identifier: MIT
#include "lab.h"

namespace lab {

uint64_t twice(uint64_t number) { return 2 * number; }

}  // namespace lab
