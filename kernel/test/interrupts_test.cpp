// SPDX-License-Identifier: MIT
//
// The two ways into a handler, and the controllers' rules about the end of an interrupt.
#include <atomic>

#include "arch/context.h"
#include "arch/interrupt_guard.h"
#include "arch/interrupts.h"
#include "arch/mistakes.h"
#include "arch/segments.h"
#include "drivers/pic8259.h"
#include "drivers/pit8254.h"
#include "lib/symbols.h"
#include "test/clock_interrupts.h"
#include "test/test.h"

namespace kernel {
namespace {

constexpr GateOptions kKernelGate{.code_selector = kKernelCode};

constinit InterruptFrame seen{};
constinit uint64_t seen_error = 0;
constinit ReturnPoint way_out;

[[gnu::interrupt]] void keep_frame(InterruptFrame* frame) { seen = *frame; }

[[gnu::interrupt]] void leave_with_error(InterruptFrame* frame, uint64_t error_code) {
  seen = *frame;
  seen_error = error_code;
  return_to(way_out);
}

// What does not fit does not compile.
template <typename GateType>
concept takes_keep_frame = requires(GateType gate) {
  gate.open(entry_of(keep_frame), kKernelGate);
};
static_assert(takes_keep_frame<PlainGate> && !takes_keep_frame<ErrorCodeGate>);

KERNEL_TEST(handler, the_compilers_way_returns_and_keeps_the_registers) {
  const PlainGate old = idt.breakpoint;
  idt.breakpoint.open(entry_of(keep_frame), kKernelGate);
  const uint64_t value = mistakes::breakpoint_with(0x1122334455667788);
  idt.breakpoint = old;
  expect_equal(value, 0x1122334455667788);
  expect_equal(reinterpret_cast<const uint8_t*>(seen.rip)[-1], 0xcc);
  expect_equal(seen.cs, kKernelCode);
  expect(seen.ss == kKernelData || seen.ss == 0);  // QEMU leaves 0 there after any switch to an IST stack
  expect(seen.rflags & rflags::kInterrupts);
}

KERNEL_TEST(handler, the_compilers_way_with_an_error_code) {
  const ErrorCodeGate old = idt.general_protection;
  idt.general_protection.open(entry_of(leave_with_error), kKernelGate);
  constexpr uint16_t kBehindTheTable = 0x200;
  if (!set_return_point(way_out)) mistakes::load_fs(kBehindTheTable);
  idt.general_protection = old;
  expect_equal(seen_error, kBehindTheTable);
  expect_equal(seen.cs, kKernelCode);  // and not RFLAGS, as it would be without the second parameter
  const auto where = find_symbol(seen.rip);
  expect(where && where->name.find("the_compilers_way_with_an_error_code") != where->name.npos);
}

constexpr unsigned kUnusedLine = 5;

// Walks the frame pointers as print_backtrace does.
bool is_called_by(std::string_view name) {
  const auto* frame = static_cast<const uint64_t*>(__builtin_frame_address(0));
  for (unsigned depth = 0; depth < 8; ++depth, frame = reinterpret_cast<const uint64_t*>(frame[0])) {
    const auto symbol = find_symbol(frame[1]);
    if (symbol && symbol->name.find(name) != symbol->name.npos) return true;
  }
  return false;
}

KERNEL_TEST(handler, a_backtrace_leads_through_both_ways_in) {
  static constinit bool found = false;
  set_irq_handler(kUnusedLine, [] { found = is_called_by("a_backtrace_leads_through_both_ways_in"); });
  int_n<kIrqBaseVector + kUnusedLine>();
  set_irq_handler(kUnusedLine, nullptr);
  expect(found);

  found = false;
  const ExceptionHandler old = set_exception_handler(Exception::breakpoint, [](TrapFrame&) {
    found = is_called_by("a_backtrace_leads_through_both_ways_in");
  });
  int3();
  set_exception_handler(Exception::breakpoint, old);
  expect(found);
}

// No device asked for line 7 or 15, so the in-service bit is clear: exactly what a spurious interrupt looks
// like.
KERNEL_TEST(spurious, is_counted_and_not_served) {
  const IrqCounts before = irq_counts();
  int_n<kIrqBaseVector + 7>();
  int_n<kIrqBaseVector + 15>();
  expect_equal(irq_counts().spurious, before.spurious + 2);
  expect_equal(irq_counts().served[7], before.served[7]);
  expect_equal(irq_counts().served[15], before.served[15]);
}

// Ended at neither chip: with something else in service, an end of interrupt too many would end that.
KERNEL_TEST(spurious, of_the_master_ends_nothing) {
  static constinit std::atomic<unsigned> in_service = 0;
  static constinit IrqHandler timer = nullptr;
  timer = set_irq_handler(kTimerIrq, [] {
    int_n<kIrqBaseVector + 7>();
    in_service = pics.in_service(kTimerIrq);
    timer();
  });
  while (in_service == 0) hlt();
  set_irq_handler(kTimerIrq, timer);
  expect_equal(in_service.load(), 1 << kTimerIrq);  // still
}

KERNEL_TEST(end_of_interrupt, a_line_of_the_slave_is_ended_at_both_chips) {
  static constinit std::atomic<unsigned> ticks = 0, master = 0, slave = 0;
  start_clock_interrupts([] {
    master = pics.in_service(kTimerIrq);
    slave = pics.in_service(kClockIrq);
    acknowledge_clock();
    ++ticks;
  });
  while (ticks < 3) hlt();  // without both ends the second never comes
  stop_clock_interrupts();
  expect_equal(master.load(), 1 << 2);  // the cascade
  expect_equal(slave.load(), 1 << 0);
  const InterruptGuard guard;
  expect_equal(pics.in_service(kTimerIrq), 0);
  expect_equal(pics.in_service(kClockIrq), 0);
}

}  // namespace
}  // namespace kernel
