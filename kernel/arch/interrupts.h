// SPDX-License-Identifier: MIT
//
// Interrupts and exceptions, from the gate to the function that handles them.
//
//   vectors 0x00 to 0x1F   exceptions: a report and panic, unless set_exception_handler says otherwise
//   vectors 0x20 to 0x2F   the two PICs: set_irq_handler opens a line and says who serves it
//   vector  0x30           INT 0x30: prints the registers of whoever executes it, and goes on
#pragma once

#include <cstdint>

#include "arch/exception.h"
#include "arch/gate.h"
#include "arch/trap_frame.h"

namespace kernel {

inline constexpr uint8_t kIrqBaseVector = 0x20;
inline constexpr unsigned kIrqCount = 16;
inline constexpr uint8_t kShowRegistersVector = 0x30;

extern InterruptTable idt;

// Fills all 256 gates and makes the CPU use them. REQUIRES: load_segments() was called.
void load_interrupt_table();

// A handler may change the frame: what it leaves there is what the interrupted code goes on with. If it
// returns, that code goes on; the handler of a fault must have mended the cause. It runs with interrupts off.
using ExceptionHandler = void (*)(TrapFrame& frame);
ExceptionHandler set_exception_handler(Exception exception, ExceptionHandler handler);  // returns the old one

// Serves a device's interrupt. The PIC is told "end of interrupt" after it returns.
using IrqHandler = void (*)();
IrqHandler set_irq_handler(unsigned line, IrqHandler handler);  // returns the old one

// Called at the end of every device's interrupt, when the PIC has been told and interrupts are still off. May
// switch to another thread, and come back when that one lets it.
void set_after_interrupt(void (*function)());

// The gate of a line, for who wants to serve it without us.
PlainGate& irq_gate(unsigned line);

struct IrqCounts {
  uint64_t served[kIrqCount];
  uint64_t spurious;
};
const IrqCounts& irq_counts();

// The code behind a gate of the trap entry table in arch/trap.S.
uint64_t trap_entry_address(unsigned vector);

}  // namespace kernel
