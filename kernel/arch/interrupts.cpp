// SPDX-License-Identifier: MIT
#include "arch/interrupts.h"

#include <utility>

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "arch/segments.h"
#include "drivers/pic8259.h"
#include "lib/panic.h"
#include "lib/print.h"

extern "C" const std::byte trap_entries[];  // arch/trap.S: 256 pieces of code of 16 bytes

namespace kernel {

constinit InterruptTable idt{};

uint64_t trap_entry_address(unsigned vector) {
  return reinterpret_cast<uint64_t>(trap_entries) + 16 * vector;
}

namespace {

constinit std::array<ExceptionHandler, kExceptionCount> exception_handlers{};
constinit std::array<IrqHandler, kIrqCount> irq_handlers{};
constinit IrqCounts counts{};
constinit IrqHandler after_interrupt = nullptr;

template <ErrorCode kind>
void open(Gate<kind>& gate, Entry<kind> entry, InterruptStack stack = {}, uint8_t privilege = 0) {
  gate.open(entry,
            {.code_selector = kKernelCode, .stack = static_cast<uint8_t>(stack), .privilege = privilege});
}

// Does not compile if one of the two has an error code and the other has none.
template <Exception exception>
[[gnu::always_inline]] inline void open_exception(auto& gate, InterruptStack stack = {},
                                                  uint8_t privilege = 0) {
  constexpr ErrorCode kind = pushes_error_code(exception) ? ErrorCode::pushed : ErrorCode::none;
  open<kind>(gate, {trap_entry_address(static_cast<unsigned>(exception))}, stack, privilege);
}

[[gnu::flatten]] void open_vector(PlainGate& gate, unsigned vector) {
  open<ErrorCode::none>(gate, {trap_entry_address(vector)});
}

// #DB, #BP, #OF: somebody asked for them. Say so, and go on.
void report_and_return(TrapFrame& frame) {
  const ExceptionInfo& info = kExceptions[frame.vector];
  print("{} {} at {:#018x}; the program goes on\n", info.mnemonic, info.name, frame.rip);
}

void handle_debug(TrapFrame& frame) {
  report_and_return(frame);
  frame.rflags &= ~rflags::kTrap;  // one step was enough
  dr6::write({});
}

void handle_irq(unsigned line) {
  // Line 7 of a chip is also what the chip answers when a request vanished before the CPU asked for its
  // vector.
  if (pics.is_spurious(line)) {
    ++counts.spurious;
    return;
  }
  ++counts.served[line];
  if (irq_handlers[line] != nullptr) irq_handlers[line]();
  pics.end_of_interrupt(line);
  if (after_interrupt != nullptr) after_interrupt();
}

// A device's line, by the compiler's way in and out: its handler has no use for the registers of what it
// interrupted.
template <unsigned line>
[[gnu::interrupt]] void serve_line(InterruptFrame*) {
  handle_irq(line);
}

// All lines but the timer's, which comes through trap.S.
template <unsigned... line_less_one>
void open_device_lines(std::integer_sequence<unsigned, line_less_one...>) {
  (open(irq_gate(line_less_one + 1), entry_of(serve_line<line_less_one + 1>)), ...);
}

}  // namespace

PlainGate& irq_gate(unsigned line) { return idt.free[kIrqBaseVector - kExceptionCount + line]; }

void load_interrupt_table() {
  open_exception<Exception::divide_error>(idt.divide_error);
  open_exception<Exception::debug>(idt.debug);
  open_exception<Exception::non_maskable_interrupt>(idt.non_maskable_interrupt,
                                                    InterruptStack::non_maskable_interrupt);
  open_exception<Exception::breakpoint>(idt.breakpoint, {}, 3);
  open_exception<Exception::overflow>(idt.overflow, {}, 3);
  open_exception<Exception::bound_range>(idt.bound_range);
  open_exception<Exception::invalid_opcode>(idt.invalid_opcode);
  open_exception<Exception::device_not_available>(idt.device_not_available);
  // Whatever broke the first exception is most likely the stack: this one brings its own.
  open_exception<Exception::double_fault>(idt.double_fault, InterruptStack::double_fault);
  open_exception<Exception::coprocessor_segment_overrun>(idt.coprocessor_segment_overrun);
  open_exception<Exception::invalid_tss>(idt.invalid_tss);
  open_exception<Exception::segment_not_present>(idt.segment_not_present);
  open_exception<Exception::stack_segment>(idt.stack_segment);
  open_exception<Exception::general_protection>(idt.general_protection);
  open_exception<Exception::page_fault>(idt.page_fault);
  open_exception<Exception::x87_error>(idt.x87_error);
  open_exception<Exception::alignment_check>(idt.alignment_check);
  open_exception<Exception::machine_check>(idt.machine_check, InterruptStack::machine_check);
  open_exception<Exception::simd_error>(idt.simd_error);
  open_exception<Exception::virtualization>(idt.virtualization);
  open_exception<Exception::control_protection>(idt.control_protection);
  open_exception<Exception::hypervisor_injection>(idt.hypervisor_injection);
  open_exception<Exception::vmm_communication>(idt.vmm_communication);
  open_exception<Exception::security>(idt.security);
  open_vector(idt.reserved_15, 15);
  for (unsigned i = 0; i < idt.reserved_22_to_27.size(); ++i) open_vector(idt.reserved_22_to_27[i], 22 + i);
  open_vector(idt.reserved_31, 31);
  for (unsigned i = 0; i < idt.free.size(); ++i) open_vector(idt.free[i], kExceptionCount + i);
  open_device_lines(std::make_integer_sequence<unsigned, kIrqCount - 1>());

  set_exception_handler(Exception::debug, handle_debug);
  set_exception_handler(Exception::breakpoint, report_and_return);
  set_exception_handler(Exception::overflow, report_and_return);
  lidt({.limit = sizeof(idt) - 1, .base = reinterpret_cast<uint64_t>(&idt)});
}

ExceptionHandler set_exception_handler(Exception exception, ExceptionHandler handler) {
  return std::exchange(exception_handlers[static_cast<uint8_t>(exception)], handler);
}

IrqHandler set_irq_handler(unsigned line, IrqHandler handler) {
  const IrqHandler old = std::exchange(irq_handlers[line], handler);
  if (handler != nullptr)
    pics.unmask(line);
  else
    pics.mask(line);
  return old;
}

void set_after_interrupt(void (*function)()) { after_interrupt = function; }

const IrqCounts& irq_counts() { return counts; }

}  // namespace kernel

// Called by arch/trap.S for every vector whose gate leads there.
extern "C" void handle_trap(kernel::TrapFrame& frame) {
  using namespace kernel;
  if (frame.vector < kExceptionCount) {
    const ExceptionHandler handler = exception_handlers[frame.vector];
    if (handler == nullptr) panic_on_exception(frame);
    handler(frame);
  } else if (frame.vector < kIrqBaseVector + kIrqCount) {
    handle_irq(static_cast<unsigned>(frame.vector) - kIrqBaseVector);
  } else if (frame.vector == kShowRegistersVector) {
    print_registers(frame);
  } else {
    print("interrupt {:#x} came, and nobody serves it\n", frame.vector);
  }
}
