// SPDX-License-Identifier: MIT
//
// Step 4: the end of the road. See freestanding.h.
#include "freestanding.h"

namespace lab {

void panic(std::string_view) {
  for (;;) {
  }
}

}  // namespace lab
