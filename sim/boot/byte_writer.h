// SPDX-License-Identifier: GPL-2.0-or-later
// Builds a little-endian structure byte by byte, in the order in which the specification lists its fields.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace ringside {

class ByteWriter {
 public:
  std::size_t size() const { return bytes_.size(); }

  ByteWriter& u8(std::uint8_t value) { return number(value); }
  ByteWriter& u16(std::uint16_t value) { return number(value); }
  ByteWriter& u32(std::uint32_t value) { return number(value); }
  ByteWriter& u64(std::uint64_t value) { return number(value); }

  ByteWriter& bytes(std::span<const std::byte> from) {
    bytes_.insert(bytes_.end(), from.begin(), from.end());
    return *this;
  }

  // The characters and the zero that ends them.
  ByteWriter& text(std::string_view characters) {
    for (const char c : characters) bytes_.push_back(static_cast<std::byte>(c));
    return u8(0);
  }

  // Zeros up to the next multiple of `alignment`, counted from the first byte written.
  ByteWriter& align(std::size_t alignment) {
    while (bytes_.size() % alignment != 0) u8(0);
    return *this;
  }

  // REQUIRES four bytes written at `offset`: a size that is only known at the end.
  void patch_u32(std::size_t offset, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes_[offset + i] = static_cast<std::byte>(value >> 8 * i);
  }

  std::vector<std::byte> take() && { return std::move(bytes_); }

 private:
  template <std::unsigned_integral T>
  ByteWriter& number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> 8 * i));
    }
    return *this;
  }

  std::vector<std::byte> bytes_;
};

}  // namespace ringside
