// SPDX-License-Identifier: MIT
#include "double_fault.h"

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "segments.h"

namespace lab {

constinit Report report{};

namespace {

uint64_t guard_page() { return reinterpret_cast<uint64_t>(kernel_stack_guard); }

}  // namespace

void open_double_fault_gate() {
  kernel::idt.double_fault.open(kernel::entry_of(double_fault),
                                {.code_selector = kCode, .stack = kFaultStack});
}

[[gnu::interrupt]] void double_fault(kernel::InterruptFrame* frame, uint64_t) {
  const uint64_t address = kernel::cr2::read();
  report = {.rip = frame->rip,
            .rsp = frame->rsp,
            .address = address,
            .stack_full = address >= guard_page() && address < guard_page() + kernel::kPageBytes};
  show(report);
  for (;;) {
    kernel::cli();
    kernel::hlt();
  }
}

void guard_stack() {
  page_entry(guard_page()) = {};
  kernel::invlpg(guard_page());
}

}  // namespace lab
