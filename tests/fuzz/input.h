// SPDX-License-Identifier: GPL-2.0-or-later
// What every target is made of: numbers taken from the input's front, and the way to say that a law is
// broken.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

namespace ringside::fuzz {

// Bytes that mean something to one target only. Beyond the end everything is 0, so that any input at all is a
// valid one, and a short one a small one.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  bool empty() const { return bytes_.empty(); }

  // Little endian.
  template <std::unsigned_integral T>
  T take() {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < sizeof(T) && !bytes_.empty(); ++i) {
      value |= std::uint64_t{bytes_.front()} << 8 * i;
      bytes_ = bytes_.subspan(1);
    }
    return static_cast<T>(value);
  }
  std::uint8_t byte() { return take<std::uint8_t>(); }

  std::span<const std::uint8_t> take(std::size_t most) {
    const auto part = bytes_.first(std::min(most, bytes_.size()));
    bytes_ = bytes_.subspan(part.size());
    return part;
  }
  std::span<const std::uint8_t> rest() { return take(bytes_.size()); }

 private:
  std::span<const std::uint8_t> bytes_;
};

// A finding: libFuzzer keeps the input, the replay ends with it.
[[noreturn]] inline void found(std::string_view sentence) {
  fmt::print(stderr, "FOUND: {}\n", sentence);
  std::abort();
}
inline void require(bool holds, std::string_view otherwise) {
  if (!holds) found(otherwise);
}

// What people read must be one sentence: no line break, an end.
inline void require_sentence(std::string_view sentence) {
  require(!sentence.empty(), "an error has no sentence");
  require(sentence.back() == '.' || sentence.back() == '?' || sentence.back() == ':',
          fmt::format("an error's sentence has no end: {}", sentence));
}

}  // namespace ringside::fuzz

// libFuzzer's interface, by which replay.cpp calls a target too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
