// SPDX-License-Identifier: MIT
#include "exceptions.h"

#include "arch/instructions.h"
#include "arch/segments.h"

namespace lab {

Gate encode(uint64_t handler, uint16_t selector, GateOptions options) {
  constexpr uint64_t kPresent = 1 << 7;
  const uint64_t type = options.interrupts_stay ? 0xf : 0xe;
  const uint64_t access = kPresent | uint64_t{options.ring} << 5 | type;
  return {.low = (handler & 0xffff) | uint64_t{selector} << 16 | uint64_t{options.stack} << 32 |
                 access << 40 | (handler >> 16 & 0xffff) << 48,
          .high = handler >> 32};
}

void open(Plain exception, Handler handler, GateOptions options) {
  idt[static_cast<uint8_t>(exception)] =
      encode(reinterpret_cast<uint64_t>(handler), kernel::kKernelCode, options);
}
void open(WithErrorCode exception, ErrorCodeHandler handler, GateOptions options) {
  idt[static_cast<uint8_t>(exception)] =
      encode(reinterpret_cast<uint64_t>(handler), kernel::kKernelCode, options);
}

namespace {

[[gnu::interrupt]] void handle_breakpoint(InterruptFrame* frame) { handled(Plain::breakpoint, *frame); }

// The one place where the kernel reads an address that may be wrong. True: it goes on, and knows.
bool mend_probe(InterruptFrame& frame) {
  if (frame.rip != reinterpret_cast<uint64_t>(lab_probe_read)) return false;
  frame.rip = reinterpret_cast<uint64_t>(lab_probe_failed);
  return true;
}

template <Plain exception>
[[gnu::interrupt]] void stop(InterruptFrame* frame) {
  report(static_cast<uint8_t>(exception), 0, *frame);
}

template <WithErrorCode exception>
[[gnu::interrupt]] void stop_with_code(InterruptFrame* frame, uint64_t error_code) {
  report(static_cast<uint8_t>(exception), error_code, *frame);
}

template <WithErrorCode exception>
[[gnu::interrupt]] void mend_or_stop(InterruptFrame* frame, uint64_t error_code) {
  if (mend_probe(*frame)) return;
  report(static_cast<uint8_t>(exception), error_code, *frame);
}

template <Plain... exceptions>
void open_plain() {
  (open(exceptions, stop<exceptions>), ...);
}

template <WithErrorCode... exceptions>
void open_with_code() {
  (open(exceptions, stop_with_code<exceptions>), ...);
}

}  // namespace

void load_idt() {
  using enum Plain;
  using enum WithErrorCode;
  open_plain<divide_error, debug, non_maskable_interrupt, overflow, bound_range, invalid_opcode,
             device_not_available, coprocessor_segment_overrun, x87_error, machine_check, simd_error,
             virtualization>();
  open_with_code<double_fault, invalid_tss, segment_not_present, stack_segment, alignment_check,
                 control_protection, vmm_communication, security>();
  open(Plain::breakpoint, handle_breakpoint, {.ring = 3});
  open(general_protection, mend_or_stop<general_protection>);
  open(page_fault, mend_or_stop<page_fault>);
  kernel::lidt({.limit = sizeof(idt) - 1, .base = reinterpret_cast<uint64_t>(&idt)});
}

}  // namespace lab
