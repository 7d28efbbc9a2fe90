// SPDX-License-Identifier: GPL-2.0-or-later
// Little-endian numbers out of a file that nobody has checked yet. No read can leave the file: a number that
// lies outside reads as 0, and a parser that must tell the two apart asks holds() first.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringside {

using Bytes = std::span<const std::byte>;

class ByteView {
 public:
  explicit ByteView(Bytes bytes) : bytes_(bytes) {}

  std::uint64_t size() const { return bytes_.size(); }

  // Whether `count` bytes from `offset` on are all inside. Written so that no sum can wrap around 2^64.
  bool holds(std::uint64_t offset, std::uint64_t count) const {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }

  // REQUIRES holds(offset, count).
  Bytes slice(std::uint64_t offset, std::uint64_t count) const { return bytes_.subspan(offset, count); }

  std::uint8_t u8(std::uint64_t offset) const { return number<std::uint8_t>(offset); }
  std::uint16_t u16(std::uint64_t offset) const { return number<std::uint16_t>(offset); }
  std::uint32_t u32(std::uint64_t offset) const { return number<std::uint32_t>(offset); }
  std::uint64_t u64(std::uint64_t offset) const { return number<std::uint64_t>(offset); }

 private:
  template <std::unsigned_integral T>
  T number(std::uint64_t offset) const {
    if (!holds(offset, sizeof(T))) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
      value = value << 8 | std::to_integer<std::uint64_t>(bytes_[offset + i]);
    return static_cast<T>(value);
  }

  Bytes bytes_;
};

}  // namespace ringside
