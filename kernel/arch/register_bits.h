// SPDX-License-Identifier: MIT
//
// The value of a register made of bits. Every register has a type of its own: a bit of CR0 does not fit into
// CR4, and a number does not fit into either by accident.
#pragma once

#include <cstdint>

namespace kernel {

template <typename Register>
class RegisterBits {
 public:
  constexpr RegisterBits() = default;
  constexpr explicit RegisterBits(uint64_t value) : value_(value) {}

  static constexpr RegisterBits bit(unsigned number) { return RegisterBits(uint64_t{1} << number); }

  constexpr uint64_t value() const { return value_; }
  constexpr bool has(RegisterBits bits) const { return (value_ & bits.value_) == bits.value_; }

  constexpr RegisterBits operator|(RegisterBits other) const { return RegisterBits(value_ | other.value_); }
  constexpr RegisterBits operator&(RegisterBits other) const { return RegisterBits(value_ & other.value_); }
  constexpr RegisterBits operator~() const { return RegisterBits(~value_); }
  constexpr bool operator==(const RegisterBits&) const = default;

 private:
  uint64_t value_ = 0;
};

}  // namespace kernel
