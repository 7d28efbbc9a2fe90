// SPDX-License-Identifier: MIT
#include "boot/boot_information.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST(boot_options, nothing) {
  const BootOptions options = parse_boot_options("");
  expect(!options.quiet && !options.test && !options.exit && options.run.empty());
}

KERNEL_TEST(boot_options, words_in_any_order) {
  const BootOptions options = parse_boot_options("/boot/kernel.elf exit=7 unknown heap=slab quiet test=vga");
  expect(options.quiet && options.test && options.exit);
  expect_equal(options.exit_value, 7);
  expect_equal(options.test_filter, "vga");
  expect_equal(options.heap, "slab");
}

KERNEL_TEST(boot_options, run_takes_the_rest) {
  const BootOptions options = parse_boot_options("quiet run=fault pf; exit 3");
  expect(options.quiet && !options.exit);
  expect_equal(options.run, "fault pf; exit 3");
}

}  // namespace
}  // namespace kernel
