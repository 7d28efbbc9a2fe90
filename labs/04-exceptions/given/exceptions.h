// SPDX-License-Identifier: MIT
//
// The interrupt descriptor table that you write, and what comes with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "arch/interrupt_frame.h"

namespace lab {

// A handler is a function marked [[gnu::interrupt]]: the compiler saves the registers it uses, and ends it
// with IRETQ. What the processor has pushed is *frame; change it, and the interrupted code goes on
// differently. For some exceptions the processor pushes an error code, too. Whether it does is part of the
// type.
using kernel::InterruptFrame;
using Handler = void (*)(InterruptFrame* frame);
using ErrorCodeHandler = void (*)(InterruptFrame* frame, uint64_t error_code);

// The exceptions without an error code, and those with one (Intel SDM vol. 3, table 6-1). Vectors 15, 22 to
// 28 and 31 are reserved or not for us: their gates stay closed.
enum class Plain : uint8_t {
  divide_error = 0,
  debug = 1,
  non_maskable_interrupt = 2,
  breakpoint = 3,
  overflow = 4,
  bound_range = 5,
  invalid_opcode = 6,
  device_not_available = 7,
  coprocessor_segment_overrun = 9,
  x87_error = 16,
  machine_check = 18,
  simd_error = 19,
  virtualization = 20,
};
enum class WithErrorCode : uint8_t {
  double_fault = 8,
  invalid_tss = 10,
  segment_not_present = 11,
  stack_segment = 12,
  general_protection = 13,
  page_fault = 14,
  alignment_check = 17,
  control_protection = 21,
  vmm_communication = 29,
  security = 30,
};

// Sixteen bytes of the table (Intel SDM vol. 3, 6.14.1).
struct Gate {
  uint64_t low = 0, high = 0;
};

struct GateOptions {
  uint8_t stack = 0;             // IST: 0 keeps the present stack
  uint8_t ring = 0;              // DPL: INT n is allowed from this ring inwards
  bool interrupts_stay = false;  // a trap gate (type 15) in place of an interrupt gate (type 14)
};

// Step 1. A gate that is present, and leads to the code at `handler` in the segment `selector`.
Gate encode(uint64_t handler, uint16_t selector, GateOptions options);

// The table itself, in given/main.cpp.
extern std::array<Gate, 256> idt;

// Step 2. Put a gate to `handler` into its place of the table, with the selector of the kernel's code,
// kernel::kKernelCode. The two do not mix: a handler of the wrong kind does not compile.
void open(Plain exception, Handler handler, GateOptions options = {});
void open(WithErrorCode exception, ErrorCodeHandler handler, GateOptions options = {});

// Step 2. Opens the gates of all exceptions named above, and tells the processor where the table is. A
// program may use INT3 from ring 3, and no other gate.
void load_idt();

// --- what your handlers call ---

// Step 3. Counts an exception that was handled, and remembers its frame.
void handled(Plain exception, const InterruptFrame& frame);

// Step 5. Says what has happened and stops the processor for ever. Error code 0 where there is none.
[[noreturn]] void report(uint8_t vector, uint64_t error_code, const InterruptFrame& frame);

}  // namespace lab

// Step 4. Reads eight bytes, wherever: 1 if `value` got them, 0 if `address` cannot be read. It is written so
// that a fault can only happen at lab_probe_read, and that it may go on at lab_probe_failed (given/probe.S).
extern "C" {
uint64_t lab_probe(uint64_t address, uint64_t* value);
extern const std::byte lab_probe_read[], lab_probe_failed[];
}
