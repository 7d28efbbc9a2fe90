// SPDX-License-Identifier: MIT
//
// Step 5: what the compiler and the C++ library call when all is lost. Neither may come back.
#include "freestanding.h"

extern "C" void __cxa_pure_virtual() {
  for (;;) {
  }
}

void std::__glibcxx_assert_fail(const char*, int, const char*, const char*) noexcept {
  for (;;) {
  }
}
