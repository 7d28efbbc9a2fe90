// SPDX-License-Identifier: MIT
#include "timer.h"

#include "arch/port.h"

namespace lab {
namespace {

using kernel::out8;

constexpr uint16_t kCounter0 = 0x40, kControlWord = 0x43;

constexpr uint8_t kLowThenHighByte = 3 << 4;
constexpr uint8_t kRateGenerator = 2 << 1;

}  // namespace

void start_timer(unsigned hertz) {
  const unsigned count = (kTimerInputHertz + hertz / 2) / hertz;
  out8(kControlWord, kLowThenHighByte | kRateGenerator);  // of counter 0
  out8(kCounter0, static_cast<uint8_t>(count));
  out8(kCounter0, static_cast<uint8_t>(count >> 8));
}

}  // namespace lab
