// SPDX-License-Identifier: MIT
#include "arch/segments.h"

#include "arch/instructions.h"
#include "memory/stacks.h"

namespace kernel {

constinit TaskStateSegment tss;
constinit GlobalDescriptorTable gdt;

namespace {

// MOV cannot load CS; a far return can: it pops RIP and CS (Intel SDM vol. 2, RET).
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

void set_interrupt_stack(InterruptStack number, uint64_t top) {
  tss.ist[static_cast<uint8_t>(number) - 1] = top;
}

}  // namespace

void load_segments() {
  tss.rsp[0] = reinterpret_cast<uint64_t>(kernel_stack_top);
  set_interrupt_stack(InterruptStack::double_fault, double_fault_stack.top());
  set_interrupt_stack(InterruptStack::non_maskable_interrupt, nmi_stack.top());
  set_interrupt_stack(InterruptStack::machine_check, machine_check_stack.top());

  lgdt({.limit = sizeof(gdt) - 1, .base = reinterpret_cast<uint64_t>(&gdt)});
  load_code_segment(kKernelCode);
  load_data_segments(kKernelData);
  load_tss_with_limit(sizeof(tss) - 1);
}

void load_tss_with_limit(uint32_t limit) {
  // LTR marks the descriptor busy and refuses a busy one: write it afresh each time.
  gdt.tss = TssDescriptor::at(reinterpret_cast<uint64_t>(&tss), limit);
  ltr(kTss);
}

}  // namespace kernel
