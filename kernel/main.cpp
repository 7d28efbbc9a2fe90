// SPDX-License-Identifier: MIT
//
// The boot of the kernel, as a table of contents. boot/boot.S comes before, kernel/README.md tells the whole
// story.
#include "arch/fpu.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/machine.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/debug_exit.h"
#include "drivers/input.h"
#include "drivers/pic8259.h"
#include "drivers/pit8254.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "memory/frame_allocator.h"
#include "memory/heap.h"
#include "memory/kernel_map.h"
#include "memory/page_fault.h"
#include "shell/shell.h"
#include "task/coroutine/executor.h"
#include "task/thread.h"
#include "test/test.h"

namespace kernel {
namespace {

// One line for each stage. No number in it may depend on the machine: the log of two machines is the same.
void log(bool quiet, std::string_view stage, std::string_view text) {
  if (quiet) return;
  console.set_color(Color::light_cyan);
  print("{:12}", stage);
  console.set_color(Color::light_gray);
  print("{}\n", text);
}

[[noreturn]] void boot(uint32_t magic, PhysicalAddress report) {
  enable_fpu();  // first, as an emulator translates all code anew that has run before CR4 changes
  console.initialize();
  const BootInformation& information = read_boot_information(magic, report);
  const BootOptions options = parse_boot_options(information.command_line);
  log(options.quiet, "Ringside", "a kernel to look into");
  log(options.quiet, "FPU", "x87 and SSE, errors masked");
  log(options.quiet, "console", "screen 80x25 and COM1");

  load_segments();
  log(options.quiet, "segments", "GDT with 64-bit code, TSS with 3 interrupt stacks");

  load_interrupt_table();
  log(options.quiet, "interrupts", "256 gates, all exceptions reported");

  initialize_frames(information);
  log(options.quiet, "frames", "4 KiB each, from the boot loader's map of memory");

  map_kernel();
  log(options.quiet, "memory", "code read-only, data not executable, guard pages below the stacks");

  set_exception_handler(Exception::page_fault, handle_page_fault);
  heap.initialize(options.heap);
  log(options.quiet, "heap", heap.name());

  pics.initialize(kIrqBaseVector);
  log(options.quiet, "8259A", "two controllers, vectors 0x20 to 0x2f");

  start_timer();
  log(options.quiet, "8254", "counter 0 at 100 Hz on IRQ 0");

  start_input();
  log(options.quiet, "input", "keyboard on IRQ 1, COM1 on IRQ 4");

  start_threads();
  start_executor();
  log(options.quiet, "threads", "main, idle and executor; the timer may switch between them");

  sti();
  log(options.quiet, "ready", "type help");

  if (options.test) run_tests_and_exit(options.test_filter);
  if (options.exit) set_panic_hooks({.after_report = [] { debug_exit(ExitCode::failure); }});
  execute_all(options.run);
  if (options.exit) debug_exit(options.exit_value);
  run_prompt();
}

}  // namespace
}  // namespace kernel

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  kernel::boot(magic, kernel::PhysicalAddress(report));
}
