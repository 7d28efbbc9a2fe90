// SPDX-License-Identifier: MIT
//
// Steps 3 to 6: the gate, the handler, the guard page. You write double_fault.cpp.
#pragma once

#include <cstdint>

#include "arch/interrupt_frame.h"
#include "arch/page_table.h"
#include "memory/layout.h"

namespace lab {

// Step 3. Gate 8 of kernel::idt leads to double_fault(), on interrupt stack kFaultStack.
void open_double_fault_gate();

// Step 4. Says what happened, in `report` and by show(), and never returns: after an abort there is nothing
// to go back to. Interrupts stay off, and the processor halts.
[[gnu::interrupt]] void double_fault(kernel::InterruptFrame* frame, uint64_t error_code);

struct Report {
  uint64_t rip;      // of the instruction that could not go on
  uint64_t rsp;      // the stack it had
  uint64_t address;  // where the last page fault was: CR2
  bool stack_full;   // that address lies in the guard page of the kernel's stack
};
extern Report report;  // yours, in double_fault.cpp

// Step 5. Takes the page kernel_stack_guard (memory/layout.h), which lies right below the kernel's stack, out
// of the address space: only this one, and so that the processor forgets what it knew of it.
void guard_stack();

// --- given ---

// Shows the report on the screen and sends it out of COM1.
void show(const Report& report);

// The entry of the page of 4 KiB that has the address. The boot code maps pages of 2 MiB: this one has been
// split. REQUIRES: an address within the 2 MiB around the kernel's stack.
kernel::PageTableEntry& page_entry(uint64_t address);

}  // namespace lab
