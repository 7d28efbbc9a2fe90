// SPDX-License-Identifier: MIT
//
// The kernel around your table. Word on its command line: run=bp, de, ud, gp or pf raises that exception once
// the table is loaded.
#include "arch/exception.h"
#include "arch/instructions.h"
#include "arch/machine.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "exceptions.h"
#include "lib/print.h"

extern "C" {  // given/probe.S
void lab_breakpoint();
void lab_divide(uint32_t divisor);
void lab_undefined();
void lab_load_fs(uint64_t selector);
void lab_store(uint64_t address);
}

namespace lab {

constinit std::array<Gate, 256> idt{};

// The newest exception, and how many there were of each.
struct Record {
  uint64_t vector, error_code;
  InterruptFrame frame;
};
constinit Record last{};
constinit std::array<uint64_t, 32> counts{};

void handled(Plain exception, const InterruptFrame& frame) {
  last = {static_cast<uint64_t>(exception), 0, frame};
  ++counts[static_cast<uint8_t>(exception)];
}

void report(uint8_t vector, uint64_t error_code, const InterruptFrame& frame) {
  last = {vector, error_code, frame};
  ++counts[vector % 32];
  const kernel::ExceptionInfo& info = kernel::kExceptions[vector % 32];
  kernel::console.set_color(kernel::Color::white, kernel::Color::red);
  kernel::print("{} ({}), vector {}, error code {:#x}", info.mnemonic, info.name, vector, error_code);
  kernel::console.set_color(kernel::Color::light_gray);
  kernel::print("\n  rip {:#x}  cs {:#x}  rflags {:#x}  rsp {:#x}  ss {:#x}\n", frame.rip, frame.cs,
                frame.rflags, frame.rsp, frame.ss);
  kernel::halt_for_ever();
}

// The end of the demonstration. The check raises its exceptions from here.
[[gnu::noinline]] void ready() {
  for (;;) kernel::hlt();
}

namespace {

void raise(std::string_view name) {
  if (name == "bp") lab_breakpoint();
  if (name == "de") lab_divide(0);
  if (name == "ud") lab_undefined();
  if (name == "gp") lab_load_fs(0x200);
  if (name == "pf") lab_store(0x1234'5678'9000);
}

}  // namespace
}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  kernel::console.initialize();
  kernel::load_segments();
  const auto& information = kernel::read_boot_information(magic, kernel::PhysicalAddress(report));
  lab::load_idt();
  kernel::print("The table is loaded. Try run=bp, run=de, run=ud, run=gp, run=pf on the command line.\n");
  lab::raise(kernel::parse_boot_options(information.command_line).run);
  lab::ready();
  __builtin_unreachable();
}
