// SPDX-License-Identifier: MIT
// Lab 02: what the screen must look like, cell by cell, and where the kernel may write.
#include <fmt/format.h>

#include <array>

#include "labs/kit/kit.h"

using namespace ringside::labs;
using namespace testing;

namespace {

constexpr std::uint64_t kCells = 0xB8000, kCellBytes = 80 * 25 * 2;

// The student's functions on a screen of our own: empty, at the top left, light gray on black.
class Screen {
 public:
  Screen() {
    pc.run_until("lab::ready");
    // The members of lab::Screen in their order: address, row and column, colours.
    const std::array<std::uint64_t, 3> members{pc.number("lab::screen.address_"), 0, 0x07};
    pc.fill_physical(kCells, kCellBytes, 0x0720);
    object_ = pc.put(std::as_bytes(std::span(members)));
  }
  void put(char c) { pc.call("lab::Screen::put", {object_, static_cast<std::uint8_t>(c)}); }
  void write(std::string_view text) {
    for (const char c : text) put(c);
  }
  void color(unsigned foreground, unsigned background) {
    pc.call("lab::Screen::set_color", {object_, foreground, background});
  }
  // By the given print_slots(), with a lab::PrintSlots as the ABI lays it out: length and address of each
  // text.
  void print(std::string_view format, std::string_view text, std::uint64_t first, std::uint64_t second) {
    const std::uint64_t format_at = pc.put(format), text_at = pc.put(text);
    const std::array<std::uint64_t, 6> slots{format.size(), format_at, text.size(), text_at, first, second};
    pc.call("lab::print_slots", {object_, pc.put(std::as_bytes(std::span(slots)))});
  }

  Pc pc;

  std::uint64_t object() const { return object_; }

 private:
  std::uint64_t object_ = 0;
};

std::string random_word(std::size_t length) {
  std::string word;
  for (std::size_t i = 0; i < length; ++i) word += static_cast<char>('a' + dice().below(26));
  return word;
}

}  // namespace

STEP(1) {
  Screen screen;
  screen.put('A');
  expect(screen.pc, ScreenCell(0, 0, 'A', 0x07),
         "A cell is 16 bits: the character in the low byte, its colours in the high byte.");
  const auto foreground = static_cast<unsigned>(8 + dice().below(8)),
             background = static_cast<unsigned>(1 + dice().below(7));
  screen.color(foreground, background);
  screen.put('b');
  expect(screen.pc, ScreenCell(0, 1, 'b', static_cast<int>(background << 4 | foreground)),
         "The background stands in bits 4 to 6 of the colour byte, the foreground in bits 0 to 3.");
  expect(screen.pc, ScreenCell(0, 0, 'A', 0x07),
         "New colours are for what comes next, not for what is there.");
}

STEP(2) {
  Screen screen;
  const std::string first = random_word(5), second = random_word(7), wide = random_word(80);
  screen.write(first + "\n" + second);
  expect(screen.pc, ScreenRow(0, StrEq(first)),
         "A new line leaves the row it ends as it is, and shows no character itself.");
  expect(screen.pc, ScreenRow(1, StrEq(second)),
         "After a new line the text goes on at column 0 of the next row.");
  screen.write("\n" + wide);
  expect(screen.pc, ScreenRow(2, StrEq(wide)),
         "A row has 80 columns, and the last of them is as good as the first.");
  screen.put('x');
  expect(screen.pc, ScreenRow(3, StrEq("x")),
         "The 81st character of a row goes to the start of the next one.");
}

STEP(3) {
  Screen screen;
  for (unsigned row = 0; row < 25; ++row) screen.write(fmt::format("row {}{}", row, row < 24 ? "\n" : ""));
  expect(screen.pc, ScreenRow(0, StrEq("row 0")),
         "25 rows fit on the screen: nothing scrolls before the 26th.");
  screen.color(15, 1);
  screen.put('\n');
  expect(screen.pc, ScreenRow(0, StrEq("row 1")),
         "Scrolling moves each row up by one, and the top one is gone.");
  expect(screen.pc, ScreenRow(23, StrEq("row 24")), "Scrolling moves each row up by one, the last one too.");
  expect(screen.pc, ScreenRow(24, StrEq("")), "The row that scrolling makes room for is blank.");
  expect(screen.pc, ScreenCell(24, 79, ' ', 0x1F),
         "A blank cell is a space in the present colours, and not a zero.");
  expect(screen.pc, ScreenCell(0, 0, 'r', 0x07), "Colours move with their characters.");
  screen.write("last");
  expect(screen.pc, ScreenRow(24, StrEq("last")),
         "After scrolling the text goes on at the start of the last row.");
}

STEP(4) {
  const std::string word = random_word(6);
  const std::uint64_t small = dice().below(1000), large = ~dice().below(1 << 20);
  {
    Screen screen;
    screen.print("{} is {}, not {:x}.", word, small, large);
    expect(
        screen.pc, ScreenRow(0, StrEq(fmt::format("{} is {}, not {:#x}.", word, small, large))),
        "Each pair of braces stands for the next argument: a text as it is, a number in decimal, with :x in "
        "hexadecimal.");
  }
  {
    Screen zero;
    zero.print("{}|{}|{:x}", "", 0, 0);
    expect(zero.pc, ScreenRow(0, StrEq("|0|0x0")), "Zero has a digit too.");
  }
  Screen most;
  most.print("{}{} {:x}", ".", ~0ull, ~0ull);
  expect(most.pc, ScreenRow(0, StrEq(".18446744073709551615 0xffffffffffffffff")),
         "A number has up to 20 decimal digits: all 64 bits count.");
}

STEP(5) {
  {
    Pc pc;
    const auto cells = pc.stores(kCells, 0x8000, "lab::ready", true);
    expect(pc, ScreenRow(0, StartsWith("Ringside")),
           "The kernel's own demonstration is to be seen: what is not written to 0xB8000 is not.");
    for (const auto& hit : cells) {
      const std::uint64_t offset = hit.access.address.value - kCells;
      if (offset + hit.access.bytes > kCellBytes)
        fail_step_at(pc, {hit.instructions, hit.rip}, "all stores lie inside of the 4000 bytes of cells",
                     fmt::format("{} bytes were stored at 0xb8000 + {}", hit.access.bytes, offset),
                     "Behind row 24 there is memory that nobody sees.");
      if (hit.access.bytes > 2)
        fail_step_at(
            pc, {hit.instructions, hit.rip}, "cells are written by bytes or by 16 bits",
            fmt::format("{} bytes were stored at once", hit.access.bytes),
            "The adapter's memory is made for accesses of 8 and 16 bits; volatile keeps the compiler "
            "from joining them.");
    }
  }
  Screen screen;
  const std::string word = random_word(7);
  screen.write(std::string(24, '\n') + word);
  const auto behind = screen.pc.call_stores("lab::Screen::scroll", {screen.object()}, kCells + kCellBytes,
                                            0x8000 - kCellBytes);
  expect(screen.pc, "stores behind the last row while it scrolls", behind.size(), Eq(0u),
         "Row 25 does not exist: a loop goes one row too far.");
  expect(screen.pc, ScreenRow(23, StrEq(word)), "Whoever never scrolls writes nothing outside either.");
}

QUESTION(1) {
  Pc pc;
  pc.run_until("lab::ready");
  const auto column = static_cast<unsigned>(dice().below(8));
  return {.text = fmt::format("Your kernel has written \"Ringside\" at the top left, yellow on blue. Which "
                              "16-bit number is in the cell of column {}? (in hexadecimal)",
                              column),
          .answer = fmt::format("{:#x}", pc.context().memory.read({kCells + 2 * column}, 2)),
          .because =
              "The character's code is the low byte; the high byte is the background (blue, 1) times 16 plus "
              "the foreground (yellow, 14)."};
}

QUESTION(2) {
  const auto row = static_cast<unsigned>(1 + dice().below(24)),
             column = static_cast<unsigned>(dice().below(80));
  return {.text = fmt::format(
              "At which physical address is the cell in row {}, column {}? (both count from 0)", row, column),
          .answer = fmt::format("{:#x}", kCells + 2 * (80 * row + column)),
          .because = "A row has 80 cells of 2 bytes: 0xb8000 + 2 * (80 * row + column)."};
}
