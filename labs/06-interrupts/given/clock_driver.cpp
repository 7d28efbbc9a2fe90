// SPDX-License-Identifier: MIT
#include "arch/port.h"
#include "clock.h"

namespace lab {
namespace {

constexpr kernel::Port<uint8_t, kernel::Access::write> kIndex{0x70};
constexpr kernel::Port<uint8_t, kernel::Access::read_write> kByte{0x71};

constexpr uint8_t kRegisterA = 0x0a, kRegisterB = 0x0b, kRegisterC = 0x0c;
constexpr uint8_t kRate64Hertz = 10;  // 32768 Hz divided by 2 to the 9th
constexpr uint8_t kPeriodicInterrupt = 1 << 6;

uint8_t read(uint8_t number) {
  kIndex.write(number);
  return kByte.read();
}

void write(uint8_t number, uint8_t value) {
  kIndex.write(number);
  kByte.write(value);
}

}  // namespace

void start_clock() {
  write(kRegisterA, static_cast<uint8_t>((read(kRegisterA) & 0xf0) | kRate64Hertz));
  write(kRegisterB, read(kRegisterB) | kPeriodicInterrupt);
  acknowledge_clock();
}

void acknowledge_clock() { read(kRegisterC); }

}  // namespace lab
