// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers and bytes as the protocol writes them: lower-case hexadecimal, bytes in the order of memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ringside {

std::string to_hex(std::span<const std::uint8_t> bytes);
std::string to_hex(std::string_view text);
// Nothing unless all are pairs of hexadecimal digits.
std::optional<std::string> from_hex(std::string_view digits);
// 1 to 16 digits, most significant first; nothing for anything else.
std::optional<std::uint64_t> hex_number(std::string_view digits);
// The low `bytes` bytes of `value`, little endian: how the target's registers travel.
std::string little_endian_hex(std::uint64_t value, unsigned bytes);

// Takes the text up to `separator` off the front of `rest`, and the separator too; all of it where there is
// none.
std::string_view take_until(std::string_view& rest, char separator);

}  // namespace ringside
