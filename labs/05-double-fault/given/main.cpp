// SPDX-License-Identifier: MIT
//
// The kernel around your double faults. Its command line asks for one:
//
//   overflow             calls itself until the stack is full
//   lost=ADDRESS         sets RSP to ADDRESS and goes on
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "boot/boot_information.h"
#include "double_fault.h"
#include "drivers/console.h"
#include "lib/print.h"
#include "lib/text.h"
#include "segments.h"

namespace lab {

// Each call needs a bit more than 128 bytes of stack.
[[gnu::noinline]] uint64_t dig(uint64_t depth) {
  volatile uint64_t earth[16];
  earth[depth % 16] = depth;
  if (depth == ~uint64_t{0}) return depth;  // far beyond any stack
  return dig(depth + 1) + earth[depth % 16];
}

[[noreturn]] void lose_stack(uint64_t address) {
  asm volatile("mov rsp, %0; push rax" : : "r"(address) : "memory");
  __builtin_unreachable();
}

void show(const Report& what) {
  kernel::console.set_color(kernel::Color::white, kernel::Color::red);
  if (what.stack_full)
    kernel::print("double fault: the kernel's stack ran into its guard page\n");
  else
    kernel::print("double fault: nothing can be pushed below {:#x}\n", what.rsp);
}

// The tables are loaded. What comes now is what the command line asks for.
[[gnu::noinline]] void ready(std::string_view wish) {
  constexpr std::string_view kLost = "lost=";
  for (std::string_view word = kernel::take_word(wish); !word.empty(); word = kernel::take_word(wish)) {
    if (word == "overflow") dig(0);
    if (word.starts_with(kLost)) {
      word.remove_prefix(kLost.size());
      lose_stack(kernel::parse_number(word).value_or(0));
    }
  }
  for (;;) kernel::hlt();
}

}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t boot_report) {
  const auto& boot = kernel::read_boot_information(magic, kernel::PhysicalAddress(boot_report));
  kernel::console.initialize();
  lab::use_segments_of_a_loader();
  lab::load_segments();
  kernel::load_interrupt_table();
  kernel::idt.double_fault.close();  // opening it is your part
  lab::open_double_fault_gate();
  // Split and used, so that the processor knows a translation of the page that has to go.
  lab::page_entry(reinterpret_cast<uint64_t>(kernel_stack_guard));
  *const_cast<volatile std::byte*>(kernel_stack_guard) = std::byte{0};
  lab::guard_stack();
  kernel::print("tables loaded; overflow or lost=0x600000000000 on the command line make a double fault\n");
  lab::ready(boot.command_line);
  __builtin_unreachable();
}
