// SPDX-License-Identifier: MIT
//
// Small helpers for pieces of text. None of them owns or changes anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kernel {

std::string_view trim(std::string_view text);

// Takes the text up to `separator` (or all of it) off the front of `rest`, and the separator too.
std::string_view take_until(std::string_view& rest, char separator);

// The next word, without the spaces around it. Empty when none is left.
std::string_view take_word(std::string_view& rest);

// Decimal, or hexadecimal with 0x in front. None if anything else is in it, or if it is too big.
std::optional<uint64_t> parse_number(std::string_view text);

}  // namespace kernel
