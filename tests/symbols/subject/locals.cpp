// SPDX-License-Identifier: GPL-2.0-or-later
// Functions whose parameters lie where the ABI says (System V ABI, AMD64 supplement, section 3.2.3).
#include "subject.h"

namespace subject {

struct Big {
  long a, b, c;  // more than 16 bytes: passed in memory, right above the return address
};

[[gnu::always_inline]] inline void with_level(int level) { asm volatile("in_with_level: nop" ::"i"(level)); }

PLACED("measure") long measure(int amount, long* out, Big big) {
  volatile int doubled = amount * 2;
  {
    volatile int inner = doubled + 7;  // mark: inner
    asm volatile("in_block: nop");
    *out = inner + big.c;
  }
  with_level(3);
  return doubled;
}

}  // namespace subject
