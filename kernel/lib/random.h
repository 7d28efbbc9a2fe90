// SPDX-License-Identifier: MIT
//
// A generator of numbers that look random (xorshift64; Marsaglia, "Xorshift RNGs", 2003). The seed decides
// all of them: the same seed, the same run.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernel {

class Random {
 public:
  constexpr explicit Random(uint64_t seed) : state_(seed * 2 + 1) {}  // 0 would give nothing but 0
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  size_t below(size_t limit) { return next() % limit; }

 private:
  uint64_t state_;
};

}  // namespace kernel
