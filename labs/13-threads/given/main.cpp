// SPDX-License-Identifier: MIT
//
// The kernel around your threads.
#include "arch/fpu.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/port.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/pic8259.h"
#include "memory/frame_allocator.h"
#include "memory/kernel_map.h"
#include "memory/page_fault.h"
#include "scenes.h"

namespace lab {

// The kernel is up, and nobody but main runs. The check chooses a scene here.
[[gnu::noinline]] void ready() { asm volatile(""); }

// The scene is over.
[[gnu::noinline]] void done() {
  kernel::cli();
  for (;;) kernel::hlt();
}

namespace {

// An interrupt each 50 microseconds: far more often than a kernel would want it, but so there is something to
// see soon. Its line is still closed.
void set_timer() {
  constexpr kernel::Port<uint8_t, kernel::Access::read_write> kCounter0{0x40};
  constexpr kernel::Port<uint8_t, kernel::Access::write> kControlWord{0x43};
  constexpr uint8_t kRateGenerator = 0x34;  // counter 0, low then high byte, mode 2
  constexpr uint16_t kCount = 60;           // of 1.193182 MHz
  kControlWord.write(kRateGenerator);
  kCounter0.write(kCount & 0xff);
  kCounter0.write(kCount >> 8);
}

}  // namespace
}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  using namespace kernel;
  console.initialize();
  const BootInformation& information = read_boot_information(magic, PhysicalAddress(report));
  load_segments();
  load_interrupt_table();
  enable_fpu();
  initialize_frames(information);
  map_kernel();
  set_exception_handler(Exception::page_fault, handle_page_fault);
  pics.initialize(kIrqBaseVector);
  lab::set_timer();
  lab::ready();
  lab::play();
  lab::done();
  __builtin_unreachable();
}
