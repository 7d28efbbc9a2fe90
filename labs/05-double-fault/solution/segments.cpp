// SPDX-License-Identifier: MIT
#include "segments.h"

#include "arch/instructions.h"
#include "memory/layout.h"

namespace lab {

constinit Gdt gdt{};
constinit TaskState tss{};

namespace {

// Of the upper four bytes of a descriptor; the lower four hold limit and base, which no longer count.
constexpr uint64_t kCodeOrData = uint64_t{1} << 44;  // S
constexpr uint64_t kPresent = uint64_t{1} << 47;     // P
constexpr uint64_t kLong = uint64_t{1} << 53;        // L
constexpr uint64_t type(uint64_t number) { return number << 40; }

constexpr uint64_t kCodeReadable = type(0b1010);
constexpr uint64_t kDataWritable = type(0b0010);
constexpr uint64_t kAvailableTss = type(0b1001);

}  // namespace

uint64_t code_descriptor() { return kPresent | kCodeOrData | kCodeReadable | kLong; }

uint64_t data_descriptor() { return kPresent | kCodeOrData | kDataWritable; }

TssDescriptor tss_descriptor(uint64_t base, uint32_t limit) {
  return {.low = kPresent | kAvailableTss | (limit & 0xffff) | uint64_t{limit >> 16 & 0xf} << 48 |
                 (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56,
          .high = base >> 32};
}

void load_segments() {
  tss.rsp[0] = reinterpret_cast<uint64_t>(kernel_stack_top);
  tss.ist[kFaultStack - 1] = reinterpret_cast<uint64_t>(fault_stack.data() + fault_stack.size());
  tss.io_map_base = sizeof(tss);

  gdt.code = code_descriptor();
  gdt.data = data_descriptor();
  gdt.tss = tss_descriptor(reinterpret_cast<uint64_t>(&tss), sizeof(tss) - 1);

  kernel::lgdt({.limit = sizeof(gdt) - 1, .base = reinterpret_cast<uint64_t>(&gdt)});
  load_code_segment(kCode);
  load_data_segments(kData);
  kernel::ltr(kTss);
}

}  // namespace lab
