// SPDX-License-Identifier: MIT
#include <limits>

#include "test/buffer.h"
#include "test/test.h"

namespace kernel {
namespace {

// What does not compile cannot be run either; so the checker is asked directly, while compiling.
constexpr FormatError check(std::string_view text, std::initializer_list<ArgumentKind> kinds = {}) {
  return check_format(text, {kinds.begin(), kinds.size()});
}
static_assert(check("plain") == FormatError::none);
static_assert(check("{{}}") == FormatError::none);
static_assert(check("{}", {ArgumentKind::number}) == FormatError::none);
static_assert(check("{:#010x}", {ArgumentKind::number}) == FormatError::none);
static_assert(check("{") == FormatError::replacement_field_not_closed);
static_assert(check("}") == FormatError::lonely_closing_brace);
static_assert(check("{}") == FormatError::more_replacement_fields_than_arguments);
static_assert(check("", {ArgumentKind::number}) == FormatError::more_arguments_than_replacement_fields);
static_assert(check("{:q}", {ArgumentKind::number}) == FormatError::unknown_specification);
static_assert(check("{0}", {ArgumentKind::number}) == FormatError::unknown_specification);
static_assert(check("{:x}", {ArgumentKind::text}) == FormatError::base_for_something_not_a_number);

template <typename... Args>
std::string_view formatted(FormatString<std::type_identity_t<Args>...> string, const Args&... args) {
  static constinit Buffer buffer;
  buffer.clear();
  format(buffer, string, args...);
  return buffer.text();
}

KERNEL_TEST(format, numbers) {
  expect_equal(formatted("{} {} {}", 0, 42, -42), "0 42 -42");
  expect_equal(formatted("{}", uint64_t{18446744073709551615u}), "18446744073709551615");
  expect_equal(formatted("{}", std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  expect_equal(formatted("{}", int8_t{-128}), "-128");
}

KERNEL_TEST(format, bases) {
  expect_equal(formatted("{:x} {:#x} {:b} {:o}", 255, 255, 5, 8), "ff 0xff 101 10");
  expect_equal(formatted("{:#x}", -16), "-0x10");
}

KERNEL_TEST(format, widths) {
  expect_equal(formatted("[{:5}] [{:<5}] [{:05}]", 42, 42, -42), "[   42] [42   ] [-0042]");
  expect_equal(formatted("[{:5}] [{:>5}]", "ab", "ab"), "[ab   ] [   ab]");
  expect_equal(formatted("{:#010x} {:08x}", 0xbeef, 0xbeef), "0x0000beef 0000beef");
  expect_equal(formatted("{:1}", 12345), "12345");
}

KERNEL_TEST(format, other_types) {
  expect_equal(formatted("{} {} {}", true, 'x', std::string_view("text")), "true x text");
  expect_equal(formatted("{}", PhysicalAddress(0xb8000)), "0x00000000000b8000");
  expect_equal(formatted("{}", static_cast<void*>(nullptr)), "0x0000000000000000");
}

KERNEL_TEST(format, braces) { expect_equal(formatted("{{{}}}", 1), "{1}"); }

}  // namespace
}  // namespace kernel
