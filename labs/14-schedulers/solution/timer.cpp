// SPDX-License-Identifier: MIT
#include <algorithm>

#include "arch/instructions.h"
#include "arch/port.h"
#include "policies.h"

namespace lab {
namespace {

constexpr kernel::Port<uint8_t, kernel::Access::read_write> kCounter0{0x40};
constexpr kernel::Port<uint8_t, kernel::Access::write> kControlWord{0x43};
constexpr uint8_t kOnce = 0x30;  // counter 0, low then high byte, mode 0

}  // namespace

uint64_t ticks_since(uint64_t then, uint64_t cycles_per_tick) {
  return (kernel::rdtsc() - then) / cycles_per_tick;
}

void interrupt_once(uint64_t due, uint64_t cycles_per_tick) {
  const uint64_t now = kernel::rdtsc(), cycles = due - std::min(due, now);
  // One more: rather late than early, and a count of 0 would be 65536.
  const uint64_t count = std::min<uint64_t>(cycles * kCountsPerTick / cycles_per_tick + 1, 0xffff);
  kControlWord.write(kOnce);
  kCounter0.write(static_cast<uint8_t>(count));
  kCounter0.write(static_cast<uint8_t>(count >> 8));
}

void no_interrupt() { kControlWord.write(kOnce); }

}  // namespace lab
