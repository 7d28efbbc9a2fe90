// SPDX-License-Identifier: MIT
#include <cstring>

#include "lib/random.h"
#include "lib/ring_buffer.h"
#include "lib/symbols.h"
#include "lib/text.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST(ring_buffer, keeps_the_order) {
  RingBuffer<int, 4> buffer;
  expect(buffer.push(1) && buffer.push(2));
  expect(buffer.pop() == 1);
  expect(buffer.push(3));
  expect(buffer.pop() == 2);
  expect(buffer.pop() == 3);
  expect(buffer.pop() == std::nullopt);
}

KERNEL_TEST(ring_buffer, refuses_when_full) {
  RingBuffer<int, 4> buffer;
  for (int i = 0; i < 4; ++i) expect(buffer.push(i));
  expect(!buffer.push(4));
  expect(buffer.pop() == 0);
  expect(buffer.push(5));
  expect(buffer.size() == 4);
}

KERNEL_TEST(ring_buffer, goes_round_and_round) {
  RingBuffer<int, 2> buffer;
  for (int i = 0; i < 1000; ++i) {
    expect(buffer.push(i));
    expect(buffer.pop() == i);
  }
  expect(buffer.empty());
}

KERNEL_TEST(text, words) {
  std::string_view rest = "  fault   pf now ";
  expect_equal(take_word(rest), "fault");
  expect_equal(take_word(rest), "pf");
  expect_equal(rest, "now");
  expect_equal(take_word(rest), "now");
  expect_equal(take_word(rest), "");
}

KERNEL_TEST(text, numbers) {
  expect(parse_number("0") == 0);
  expect(parse_number("1234") == 1234);
  expect(parse_number("0xFFffffff80101000") == 0xffffffff80101000);
  expect(parse_number("18446744073709551615") == ~uint64_t{0});
}

KERNEL_TEST(text, refuses_what_is_not_a_number) {
  for (const std::string_view wrong :
       {"", "0x", "12a", "-1", "1 2", "18446744073709551616", "0x10000000000000000"})
    expect(!parse_number(wrong));
}

// They go by words and then by bytes: every length has to end where it should.
KERNEL_TEST(memory, fill_and_copy_of_every_length) {
  for (size_t bytes = 0; bytes <= 24; ++bytes) {
    std::array<uint8_t, 32> filled{}, copied{};
    expect(memset(&filled[3], 0x1a5, bytes) == &filled[3]);
    expect(memcpy(&copied[1], &filled[3], bytes + 1) == &copied[1]);
    for (size_t i = 0; i < filled.size(); ++i)
      expect_equal(filled[i], i >= 3 && i < 3 + bytes ? uint8_t{0xa5} : uint8_t{0});
    for (size_t i = 0; i < copied.size(); ++i)
      expect_equal(copied[i], i >= 1 && i < 1 + bytes ? uint8_t{0xa5} : uint8_t{0});
  }
}

KERNEL_TEST(memory, move_of_overlapping_bytes) {
  char up[] = "abcdef";
  memmove(up + 2, up, 4);
  expect_equal(std::string_view(up), "ababcd");
  char down[] = "abcdef";
  memmove(down, down + 2, 4);
  expect_equal(std::string_view(down), "cdefef");
}

KERNEL_TEST(memory, compare_is_unsigned) {
  expect(memcmp("\x01", "\xff", 1) < 0);
  expect(memcmp("same", "same", 4) == 0);
}

KERNEL_TEST(random, the_same_seed_gives_the_same_numbers) {
  Random a(7), b(7), c(8);
  expect_equal(a.next(), b.next());
  expect(a.next() != c.next());
  size_t seen = 0;
  for (unsigned i = 0; i < 200; ++i) seen |= size_t{1} << a.below(8);
  expect_equal(seen, 0xff);
}

KERNEL_TEST(symbols, knows_this_function) {
  const auto symbol = find_symbol(reinterpret_cast<uint64_t>(&run_tests) + 1);
  expect(symbol.has_value());
  expect_equal(symbol->name, "kernel::run_tests");
  expect_equal(symbol->offset, 1);
}

KERNEL_TEST(symbols, knows_nothing_outside_the_code) {
  static constinit int data = 0;
  expect(!find_symbol(reinterpret_cast<uint64_t>(&data)));
  expect(!find_symbol(0));
}

}  // namespace
}  // namespace kernel
