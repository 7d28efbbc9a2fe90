// SPDX-License-Identifier: MIT
//
// A sink that keeps what is written to it, for tests. What does not fit is dropped.
#pragma once

#include <array>

#include "lib/format.h"

namespace kernel {

class Buffer final : public Sink {
 public:
  void write(std::string_view text) override {
    for (const char c : text)
      if (length_ < bytes_.size()) bytes_[length_++] = c;
  }
  std::string_view text() const { return {bytes_.data(), length_}; }
  void clear() { length_ = 0; }

 private:
  std::array<char, 256> bytes_{};
  size_t length_ = 0;
};

}  // namespace kernel
