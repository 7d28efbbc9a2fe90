// SPDX-License-Identifier: MIT
//
// The kernel around your coroutines: timer and keyboard tell them what happens.
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/i8042.h"
#include "drivers/keyboard.h"
#include "drivers/pic8259.h"
#include "drivers/pit8254.h"
#include "memory/frame_allocator.h"
#include "memory/heap.h"
#include "memory/kernel_map.h"
#include "memory/page_fault.h"
#include "scenes.h"

namespace lab {
namespace {

constinit kernel::ScancodeDecoder decoder;

void handle_timer() { on_tick(); }

void handle_keyboard() {
  const auto byte = kernel::read_keyboard_byte();
  if (!byte) return;
  const auto event = decoder.decode(*byte);
  if (event && event->character != 0) on_key(event->character);
}

}  // namespace

// The kernel is up. The check calls scenes from here.
[[gnu::noinline]] void ready() { asm volatile(""); }

// All tasks have ended, which those of run_for_ever() do not: the executor does not work yet.
[[gnu::noinline]] void nothing_left() {
  for (;;) kernel::hlt();
}

}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  using namespace kernel;
  console.initialize();
  const BootInformation& information = read_boot_information(magic, PhysicalAddress(report));
  load_segments();
  load_interrupt_table();
  initialize_frames(information);
  map_kernel();
  set_exception_handler(Exception::page_fault, handle_page_fault);
  heap.initialize("");
  pics.initialize(kIrqBaseVector);
  start_periodic_timer();
  set_irq_handler(kTimerIrq, lab::handle_timer);
  set_irq_handler(kKeyboardIrq, lab::handle_keyboard);  // the BIOS left it switched on
  sti();
  lab::ready();
  lab::run_for_ever();
  lab::nothing_left();
  __builtin_unreachable();
}
