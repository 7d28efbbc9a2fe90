// SPDX-License-Identifier: MIT
//
// I/O ports: the second address space of a PC, 65536 bytes wide, reached by IN and OUT alone (Intel SDM vol.
// 1, 19).
#pragma once

#include <concepts>
#include <cstdint>

#include "arch/access.h"

namespace kernel {

inline uint8_t in8(uint16_t port) {
  uint8_t value;
  asm volatile("in %0, %1" : "=a"(value) : "Nd"(port));
  return value;
}

inline uint16_t in16(uint16_t port) {
  uint16_t value;
  asm volatile("in %0, %1" : "=a"(value) : "Nd"(port));
  return value;
}

inline uint32_t in32(uint16_t port) {
  uint32_t value;
  asm volatile("in %0, %1" : "=a"(value) : "Nd"(port));
  return value;
}

inline void out8(uint16_t port, uint8_t value) { asm volatile("out %1, %0" : : "a"(value), "Nd"(port)); }
inline void out16(uint16_t port, uint16_t value) { asm volatile("out %1, %0" : : "a"(value), "Nd"(port)); }
inline void out32(uint16_t port, uint32_t value) { asm volatile("out %1, %0" : : "a"(value), "Nd"(port)); }

template <typename T>
concept PortWidth = std::same_as<T, uint8_t> || std::same_as<T, uint16_t> || std::same_as<T, uint32_t>;

template <PortWidth T, Access access>
class Port {
 public:
  constexpr explicit Port(uint16_t number) : number_(number) {}

  // Reading may change the device's state: taking a byte from a buffer, acknowledging an interrupt.
  T read() const requires(access != Access::write) {
    if constexpr (sizeof(T) == 1) return in8(number_);
    if constexpr (sizeof(T) == 2) return in16(number_);
    if constexpr (sizeof(T) == 4) return in32(number_);
  }

  void write(T value) const requires(access != Access::read) {
    if constexpr (sizeof(T) == 1) out8(number_, value);
    if constexpr (sizeof(T) == 2) out16(number_, value);
    if constexpr (sizeof(T) == 4) out32(number_, value);
  }

 private:
  uint16_t number_;
};

}  // namespace kernel
