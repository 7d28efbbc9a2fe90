// SPDX-License-Identifier: MIT
//
// The kernel around your interrupts: timer, keyboard, COM1 and the real-time clock. Its command line:
//
//   only=LINE            opens this line alone; without it 0, 1, 4 and 8
//   talk=WORD            says it without end, with line 4 open alone
#include <algorithm>
#include <array>
#include <utility>

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "clock.h"
#include "drivers/console.h"
#include "drivers/i8042.h"
#include "irq.h"
#include "lib/text.h"
#include "pic.h"
#include "timer.h"

namespace lab {

constinit Handler handlers[16] = {};
// What the handlers have seen.
constinit volatile uint64_t ticks = 0, keys = 0, bytes = 0, clocks = 0, printers = 0;

void emit(char character) { kernel::console.write({&character, 1}); }

[[gnu::noinline]] void handle_tick() { ticks = ticks + 1; }

void handle_keyboard() {
  if (kernel::read_keyboard_byte()) keys = keys + 1;
}

void handle_serial() {
  while (const auto byte = kernel::console.serial().receive()) {
    bytes = bytes + 1;
    const char text[] = {'C', 'O', 'M', '1', ' ', 's', 'a', 'y', 's', ' ', static_cast<char>(*byte), '\n'};
    say({text, sizeof(text)});
  }
}

void handle_clock() {
  acknowledge_clock();
  clocks = clocks + 1;
}

// Nothing is connected to lines 7 and 15: this is never called.
void handle_printer() { printers = printers + 1; }

// For the check, which calls it: whether interrupts are on after say(), when they were on or off before.
bool interrupts_after_say(bool before) {
  if (before)
    kernel::sti();
  else
    kernel::cli();
  say(before ? "interrupts on\n" : "interrupts off\n");
  return kernel::rflags::read() & kernel::rflags::kInterrupts;
}

// All is set up, interrupts are on.
[[gnu::noinline]] void ready(std::string_view line) {
  for (;;) {
    if (line.empty())
      kernel::hlt();
    else
      say(line);
  }
}

namespace {

template <unsigned line>
[[gnu::interrupt]] void serve(kernel::InterruptFrame*) {
  handle_irq(line);
}

template <unsigned... line>
void open_gates(std::integer_sequence<unsigned, line...>) {
  (kernel::irq_gate(line).open(kernel::entry_of(serve<line>), {.code_selector = kernel::kKernelCode}), ...);
}

std::string_view option(std::string_view command_line, std::string_view name) {
  for (std::string_view word = kernel::take_word(command_line); !word.empty();
       word = kernel::take_word(command_line))
    if (word.starts_with(name)) return word.substr(name.size());
  return {};
}

// The line to be said without end, if a word for it was given.
std::string_view line_of(std::string_view word) {
  static constinit std::array<char, 80> line{};
  if (word.empty()) return {};
  constexpr std::string_view kSpeaker = "main says ";
  const auto length = std::min(word.size(), line.size() - kSpeaker.size() - 1);
  auto end = std::ranges::copy(kSpeaker, line.begin()).out;
  end = std::copy_n(word.begin(), length, end);
  *end++ = '\n';
  return {line.data(), static_cast<size_t>(end - line.begin())};
}

}  // namespace
}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  using namespace lab;
  const auto& boot = kernel::read_boot_information(magic, kernel::PhysicalAddress(report));
  const std::string_view word = option(boot.command_line, "talk=");
  const auto only = word.empty() ? kernel::parse_number(option(boot.command_line, "only=")) : 4;
  kernel::console.initialize();
  kernel::load_segments();
  kernel::load_interrupt_table();
  open_gates(std::make_integer_sequence<unsigned, 16>());
  handlers[0] = handle_tick;
  handlers[1] = handle_keyboard;
  handlers[4] = handle_serial;
  handlers[7] = handlers[15] = handle_printer;
  handlers[8] = handle_clock;

  initialize_pics(0x20, 0x28);
  for (const unsigned line : {0u, 1u, 4u, 8u})
    if (!only || *only == line) unmask(line);
  kernel::console.serial().enable_receive_interrupt();
  start_clock();
  if (word.empty()) say("timer, keyboard, COM1 and clock are on\n");
  start_timer(100);
  kernel::sti();
  ready(line_of(word));
  __builtin_unreachable();
}
