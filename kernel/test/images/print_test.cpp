// SPDX-License-Identifier: MIT
//
// print() in a handler while the interrupted program is in the middle of print(): both come out whole. Not
// among the other suites: how many lines there are depends on the machine.
#include "lib/print.h"

#include <atomic>

#include "drivers/console.h"
#include "memory/layout.h"
#include "test/clock_interrupts.h"
#include "test/test.h"

namespace kernel {
namespace {

constexpr unsigned kLines = 20;  // at least, of each
constexpr std::string_view kEnd = "0123456789abcdefghijklmnopqrstuvwxyz end";

constinit std::atomic<unsigned> handler_lines = 0;

void print_from_handler() {
  if (handler_lines < kLines) print("handler {:04} {}\n", handler_lines++, kEnd);
  acknowledge_clock();
}

struct Row {
  std::array<char, VgaText::kColumns> cells;
  std::string_view text() const {
    const std::string_view all(cells.data(), cells.size());
    return all.substr(0, all.find_last_not_of(' ') + 1);
  }
};

Row row_on_screen(unsigned number) {
  const auto* cell = direct<const volatile uint16_t>(PhysicalAddress(VgaText::kPhysicalAddress));
  Row row;
  for (unsigned i = 0; i < row.cells.size(); ++i)
    row.cells[i] = static_cast<char>(cell[number * VgaText::kColumns + i]);
  return row;
}

// The log of the serial line has all lines, and a test outside looks at them; the screen has the last 24.
KERNEL_TEST(print, lines_of_a_handler_do_not_tear_those_of_the_program) {
  console.clear_screen();
  print("\n");
  start_clock_interrupts(print_from_handler);
  unsigned program_lines = 0;
  while (handler_lines < kLines || program_lines < kLines) print("program {:04} {}\n", program_lines++, kEnd);
  stop_clock_interrupts();
  print("program printed {}, handler printed {}\n", program_lines, handler_lines.load());

  unsigned rows = 0;
  for (unsigned number = 1; number < VgaText::kRows - 2; ++number, ++rows) {
    const Row row = row_on_screen(number);
    const std::string_view text = row.text();
    expect(text.starts_with("program ") || text.starts_with("handler "));
    expect(text.ends_with(kEnd));
    expect_equal(text.size(), std::string_view("program 0000 ").size() + kEnd.size());
  }
  expect_equal(rows, VgaText::kRows - 3);
}

}  // namespace
}  // namespace kernel
