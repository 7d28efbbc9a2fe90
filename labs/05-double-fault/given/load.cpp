// SPDX-License-Identifier: MIT
#include "segments.h"

namespace lab {

// A far return pops RIP and CS (Intel SDM vol. 2, RET).
void load_code_segment(uint16_t selector) {
  uint64_t scratch = selector;
  asm volatile(
      "push %0\n"
      "lea %0, [rip + 1f]\n"
      "push %0\n"
      "retfq\n"
      "1:"
      : "+r"(scratch)
      :
      : "memory");
}

void load_data_segments(uint16_t selector) {
  asm volatile("mov ds, %0" : : "r"(selector));
  asm volatile("mov es, %0" : : "r"(selector));
  asm volatile("mov ss, %0" : : "r"(selector));
}

}  // namespace lab
