// SPDX-License-Identifier: MIT
//
// The kernel around your runner. Words on its command line: test=TEXT for the tests with TEXT in their name,
// and `ignored` for those that are ignored, too.
#include "arch/interrupts.h"
#include "arch/mistakes.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "lib/panic.h"
#include "lib/text.h"
#include "mailbox.h"
#include "testing.h"

extern "C" const lab::TestCase* const kernel_tests_start[];  // kernel/kernel.ld: the section .kernel_tests
extern "C" const lab::TestCase* const kernel_tests_end[];

namespace lab {

// Everything is prepared; the tests come next.
[[gnu::noinline]] void ready() { asm volatile(""); }

// Bodies of tests that the check makes up by itself.
[[gnu::noinline, gnu::used]] void probe_good() {
  note(100);
  asm volatile("");
}
[[gnu::noinline, gnu::used]] void probe_bad() {
  note(101);
  const uint64_t two = 2;
  LAB_EXPECT(two * two == 5);
}
[[gnu::noinline, gnu::used]] void probe_panic() {
  note(102);
  kernel::panic("a probe panics");
}
// An exception, which ends in panic as well: an address with its upper bits neither all 0 nor all 1.
[[gnu::noinline, gnu::used]] void probe_fault() {
  note(103);
  kernel::mistakes::read(0x8000'0000'0000'0000);
}

}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  kernel::console.initialize();
  kernel::load_segments();
  kernel::load_interrupt_table();
  const auto& information = kernel::read_boot_information(magic, kernel::PhysicalAddress(report));
  const kernel::BootOptions options = kernel::parse_boot_options(information.command_line);
  bool ignored_too = false;
  for (std::string_view rest = information.command_line; !rest.empty();)
    ignored_too = ignored_too || kernel::take_word(rest) == "ignored";
  lab::ready();
  const std::span<const lab::TestCase* const> tests(kernel_tests_start, kernel_tests_end);
  lab::leave(lab::run_tests(tests, options.test_filter, ignored_too));
}
