// SPDX-License-Identifier: MIT
//
// The bytes that the CPU reads, against values worked out by hand from the manual's figures; and exceptions
// for real.
#include <cstring>

#include "arch/context.h"
#include "arch/interrupt_guard.h"
#include "arch/interrupts.h"
#include "arch/mistakes.h"
#include "arch/segments.h"
#include "memory/kernel_map.h"
#include "memory/layout.h"
#include "memory/stacks.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST(gate, bytes) {
  PlainGate gate;
  gate.open({0x1122334455667788}, {.code_selector = 0x08, .stack = 3, .privilege = 3});
  constexpr uint8_t kExpected[16] = {0x88, 0x77, 0x08, 0x00, 0x03, 0xee, 0x66, 0x55,
                                     0x44, 0x33, 0x22, 0x11, 0,    0,    0,    0};
  expect(memcmp(&gate, kExpected, 16) == 0);
  gate.close();
  expect(!gate.is_open());
  expect_equal(reinterpret_cast<const uint8_t*>(&gate)[5], 0x6e);
}

KERNEL_TEST(gate, trap_gate_differs_in_one_bit) {
  PlainGate interrupt_gate, trap_gate;
  interrupt_gate.open({0}, {.code_selector = 0x08});
  trap_gate.open({0}, {.code_selector = 0x08, .interrupts_off = false});
  expect_equal(reinterpret_cast<const uint8_t*>(&interrupt_gate)[5], 0x8e);
  expect_equal(reinterpret_cast<const uint8_t*>(&trap_gate)[5], 0x8f);
}

// Entries of trap.S start with PUSH 0 (6A 00) exactly where the CPU pushes no error code.
KERNEL_TEST(gate, entries_agree_about_error_codes) {
  for (unsigned vector = 0; vector < kExceptionCount; ++vector) {
    const auto* code = reinterpret_cast<const uint8_t*>(trap_entry_address(vector));
    const bool pushes_zero = code[0] == 0x6a && code[1] == 0x00;
    const bool second_push =
        pushes_zero ? code[2] == 0x6a && code[3] == vector : code[0] == 0x6a && code[1] == vector;
    if (vector != 0) expect_equal(pushes_zero, !kExceptions[vector].pushes_error_code);
    expect(second_push);
  }
}

KERNEL_TEST(interrupt_table, every_gate_is_open) {
  const auto* gates = reinterpret_cast<const PlainGate*>(&idt);
  for (unsigned vector = 0; vector < 256; ++vector) {
    expect(gates[vector].is_open());
    const bool device = vector > kIrqBaseVector && vector < kIrqBaseVector + kIrqCount;
    expect_equal(gates[vector].target() == trap_entry_address(vector), !device);
  }
  expect_equal(idt.double_fault.stack(), 1);
  expect_equal(idt.page_fault.stack(), 0);
}

KERNEL_TEST(segments, descriptor_bytes) {
  const GlobalDescriptorTable fresh;
  expect_equal(fresh.kernel_code.bits, 0x00209a0000000000);
  expect_equal(fresh.kernel_data.bits, 0x0000920000000000);
  expect_equal(fresh.user_code.bits, 0x0020fa0000000000);
  expect_equal(gdt.kernel_data.bits, 0x0000930000000000);  // in use: the CPU has set "accessed"
  const TssDescriptor descriptor = TssDescriptor::at(0x1122334455667788, 103);
  expect_equal(descriptor.low, 0x5500896677880067);
  expect_equal(descriptor.high, 0x11223344);
}

KERNEL_TEST(segments, the_cpu_uses_ours) {
  expect_equal(sgdt().base, reinterpret_cast<uint64_t>(&gdt));
  expect_equal(sidt().base, reinterpret_cast<uint64_t>(&idt));
  expect_equal(sidt().limit, 4095);
  expect_equal(str(), kTss);
  expect_equal(tss.ist[0], double_fault_stack.top());
}

KERNEL_TEST(address, canonical) {
  expect(VirtualAddress::is_canonical(0x00007fffffffffff));
  expect(!VirtualAddress::is_canonical(0x0000800000000000));
  expect(!VirtualAddress::is_canonical(0xffff7fffffffffff));
  expect(VirtualAddress::is_canonical(0xffff800000000000));
  expect(!VirtualAddress::from(0x8000000000000000));
}

KERNEL_TEST(address, table_indices) {
  const VirtualAddress address = *VirtualAddress::from(0xffffffff80101234);
  expect_equal(address.table_index(4), 511);
  expect_equal(address.table_index(3), 510);
  expect_equal(address.table_index(2), 0);
  expect_equal(address.table_index(1), 0x101);
  expect_equal(address.page_offset(), 0x234);
}

KERNEL_TEST(exceptions, breakpoint_returns_and_keeps_the_registers) {
  static constinit uint64_t seen = 0;
  const ExceptionHandler old =
      set_exception_handler(Exception::breakpoint, [](TrapFrame& frame) { seen = frame.rip; });
  const uint64_t value = mistakes::breakpoint_with(0x1122334455667788);
  set_exception_handler(Exception::breakpoint, old);
  expect_equal(value, 0x1122334455667788);
  expect_equal(reinterpret_cast<const uint8_t*>(seen)[-1], 0xcc);  // a trap: RIP points behind INT3
}

KERNEL_TEST(exceptions, a_handler_may_mend_the_fault) {
  // Steps over UD2, two bytes: a fault points at the instruction that failed.
  const ExceptionHandler old =
      set_exception_handler(Exception::invalid_opcode, [](TrapFrame& frame) { frame.rip += 2; });
  mistakes::undefined_opcode();
  set_exception_handler(Exception::invalid_opcode, old);
}

KERNEL_TEST(interrupts, a_nested_guard_leaves_them_off) {
  expect(rflags::read() & rflags::kInterrupts);
  {
    const InterruptGuard outer;
    { const InterruptGuard inner; }
    expect((rflags::read() & rflags::kInterrupts) == 0);
  }
  expect(rflags::read() & rflags::kInterrupts);
}

KERNEL_TEST_SHOULD_PANIC(exceptions, divide_by_zero) { mistakes::divide(1, 0); }
KERNEL_TEST_SHOULD_PANIC(exceptions, general_protection) { mistakes::read(0x8000000000000000); }

KERNEL_TEST_SHOULD_PANIC(memory, null_pointer) { mistakes::read(0); }
KERNEL_TEST_SHOULD_PANIC(memory, code_is_read_only) {
  mistakes::write(reinterpret_cast<uint64_t>(text_start), 0);
}
KERNEL_TEST_SHOULD_PANIC(memory, data_is_not_executable) {
  static constinit uint64_t data = 0xc3;  // RET
  mistakes::call(reinterpret_cast<uint64_t>(&data));
}
KERNEL_TEST_SHOULD_PANIC(memory, stack_overflow_reaches_the_double_fault_stack) {
  // Not by recursion, which is slow: the stack pointer goes to the guard page in one step.
  mistakes::push_at(reinterpret_cast<uint64_t>(kernel_stack_guard + 4096));
}

KERNEL_TEST(memory, translation_of_code_and_data) {
  const auto code = translate(VirtualAddress::of(text_start));
  expect(code.has_value() && code->size == PageSize::kib_4);
  expect_equal(code->address.value(), reinterpret_cast<uint64_t>(text_start) - 0xffffffff80000000);
  expect(!code->entry.has(PageFlag::writable) && !code->entry.has(PageFlag::no_execute));

  const auto data = translate(VirtualAddress::of(&gdt));
  expect(data.has_value());
  expect(data->entry.has(PageFlag::writable) && data->entry.has(PageFlag::no_execute));

  const auto screen = translate(*VirtualAddress::from(0xffff8000000b8000));
  expect(screen.has_value() && screen->size == PageSize::mib_2);
  expect_equal(screen->address.value(), 0xb8000);
}

KERNEL_TEST(memory, guard_pages_are_not_mapped) {
  for (const NamedStack& stack : all_stacks()) {
    expect(!translate(*VirtualAddress::from(stack.guard)));
    expect(translate(*VirtualAddress::from(stack.guard + 4096)).has_value());
    expect(translate(*VirtualAddress::from(stack.top - 1)).has_value());
  }
}

KERNEL_TEST(context, comes_back_with_everything_as_it_was) {
  ReturnPoint point;
  volatile int rounds = 0;
  if (!set_return_point(point) || rounds < 3) {
    rounds = rounds + 1;
    return_to(point);
  }
  expect_equal(static_cast<int>(rounds), 3);
  expect(rflags::read() & rflags::kInterrupts);
}

KERNEL_TEST_IGNORED(exceptions, alignment_check, "only ring 3 can raise #AC") {}

}  // namespace
}  // namespace kernel
