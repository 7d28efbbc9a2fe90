// SPDX-License-Identifier: MIT
#include "arch/instructions.h"
#include "segments.h"

namespace lab {
namespace {

constexpr uint64_t kSomeCode = 0x00209b0000000000, kSomeData = 0x0000930000000000;

// The second pair is the one in use.
constinit std::array<uint64_t, 7> loaders_gdt{0, kSomeCode, kSomeData, 0, 0, kSomeCode, kSomeData};

}  // namespace

void use_segments_of_a_loader() {
  kernel::lgdt({.limit = sizeof(loaders_gdt) - 1, .base = reinterpret_cast<uint64_t>(&loaders_gdt)});
  load_code_segment(5 * 8);
  load_data_segments(6 * 8);
}

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
