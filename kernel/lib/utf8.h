// SPDX-License-Identifier: MIT
//
// UTF-8 -> characters, a byte at a time (RFC 3629).
//
//   0xxxxxxx                              7 bits: ASCII as it is
//   110xxxxx 10xxxxxx                    11
//   1110xxxx 10xxxxxx 10xxxxxx           16
//   11110xxx 10xxxxxx 10xxxxxx 10xxxxxx  21
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

namespace kernel {

class Utf8Decoder {
 public:
  static constexpr char32_t kReplacement = 0xfffd;

  // The character that this byte completes. kReplacement for a byte that fits nowhere.
  constexpr std::optional<char32_t> take(uint8_t byte) {
    const int ones = std::countl_one(byte);
    if (ones == 1) {  // goes on with what began
      if (missing_ == 0) return kReplacement;
      character_ = character_ << 6 | (byte & 0x3f);
      if (--missing_ > 0) return std::nullopt;
      return character_;
    }
    missing_ = 0;  // whatever began before was cut off
    if (ones == 0) return byte;
    if (ones > 4) return kReplacement;
    missing_ = static_cast<uint8_t>(ones - 1);
    character_ = byte & (0x7f >> ones);
    return std::nullopt;
  }

 private:
  char32_t character_ = 0;
  uint8_t missing_ = 0;  // bytes still to come
};

}  // namespace kernel
