// SPDX-License-Identifier: MIT
//
// For tests that need interrupts at odd moments, or of the second controller: the CMOS clock ticks 8192 times
// a second on line 8. Source: Motorola MC146818A data sheet, registers A to C.
#pragma once

#include "arch/interrupts.h"
#include "arch/port.h"

namespace kernel {

constexpr unsigned kClockIrq = 8;

namespace cmos {
constexpr Port<uint8_t, Access::write> kIndex{0x70};
constexpr Port<uint8_t, Access::read_write> kData{0x71};
constexpr uint8_t kRegisterA = 0x0a, kRegisterB = 0x0b, kRegisterC = 0x0c;
constexpr uint8_t kRateBits = 0x0f, kRate8192Hertz = 3, kPeriodicInterrupt = 1 << 6;

inline uint8_t read(uint8_t index) {
  kIndex.write(index);
  return kData.read();
}
inline void write(uint8_t index, uint8_t value) {
  kIndex.write(index);
  kData.write(value);
}
}  // namespace cmos

// The next interrupt comes when this was called after the last.
inline void acknowledge_clock() { cmos::read(cmos::kRegisterC); }

inline void start_clock_interrupts(IrqHandler handler) {
  using namespace cmos;
  set_irq_handler(kClockIrq, handler);
  write(kRegisterA, static_cast<uint8_t>((read(kRegisterA) & ~kRateBits) | kRate8192Hertz));
  write(kRegisterB, read(kRegisterB) | kPeriodicInterrupt);
  acknowledge_clock();
}

inline void stop_clock_interrupts() {
  using namespace cmos;
  write(kRegisterB, static_cast<uint8_t>(read(kRegisterB) & ~kPeriodicInterrupt));
  set_irq_handler(kClockIrq, nullptr);
}

}  // namespace kernel
