// SPDX-License-Identifier: MIT
#include "lib/text.h"

#include <algorithm>

namespace kernel {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string_view take_until(std::string_view& rest, char separator) {
  const size_t length = std::min(rest.find(separator), rest.size());
  const std::string_view taken(rest.data(), length);
  rest.remove_prefix(std::min(length + 1, rest.size()));
  return taken;
}

std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const std::string_view word = take_until(rest, ' ');
  rest = trim(rest);
  return word;
}

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  }
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    uint64_t digit = 99;
    if (c >= '0' && c <= '9') digit = static_cast<uint64_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<uint64_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') digit = static_cast<uint64_t>(c - 'A' + 10);
    if (digit >= base) return std::nullopt;
    if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
      return std::nullopt;
  }
  return value;
}

}  // namespace kernel
