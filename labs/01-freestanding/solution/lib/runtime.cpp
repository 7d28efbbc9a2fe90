// SPDX-License-Identifier: MIT
#include "freestanding.h"

extern "C" void __cxa_pure_virtual() { lab::panic("a pure virtual function was called"); }

void std::__glibcxx_assert_fail(const char*, int, const char*, const char* condition) noexcept {
  lab::panic(condition);
}
