// SPDX-License-Identifier: MIT
//
// The kernel around your policies: everything up to threads is there.
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/i8042.h"
#include "drivers/pic8259.h"
#include "drivers/pit8254.h"
#include "memory/frame_allocator.h"
#include "memory/heap.h"
#include "memory/kernel_map.h"
#include "memory/page_fault.h"
#include "scenes.h"
#include "task/clock.h"
#include "task/dispatcher.h"

namespace lab {

// The kernel is up, and nobody but main runs. The check chooses a scene here.
[[gnu::noinline]] void ready() { asm volatile(""); }

// The scene is over; main waits for ever.
[[gnu::noinline]] void done() { asm volatile(""); }

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
  start_timer();
  set_irq_handler(kKeyboardIrq, [] {
    if (read_keyboard_byte()) lab::on_key();
  });
  start_threads();
  sti();
  while (!clock.rate_is_known()) sleep_for(1);
  lab::ready();
  lab::play();
  lab::done();
  static constinit WaitQueue nobody;
  const DispatchGuard guard;
  for (;;) nobody.wait();
}
