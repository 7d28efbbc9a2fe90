// SPDX-License-Identifier: MIT
#include "drivers/pit8254.h"

#include <atomic>

#include "arch/interrupts.h"
#include "arch/port.h"

namespace kernel {
namespace {

constexpr Port<uint8_t, Access::read_write> kCounter0{0x40};
constexpr Port<uint8_t, Access::write> kControlWord{0x43};

constexpr uint8_t kSelectCounter0 = 0 << 6;
constexpr uint8_t kLowThenHighByte = 3 << 4;
constexpr uint8_t kMode2RateGenerator = 2 << 1;

constexpr unsigned kInputHertz = 1193182;
constexpr uint16_t kCount = (kInputHertz + kTicksPerSecond / 2) / kTicksPerSecond;
static_assert(kCount == 11932);

// Atomic because the handler writes it between any two instructions of those who read it.
constinit std::atomic<uint64_t> ticks = 0;

}  // namespace

void start_timer() {
  kControlWord.write(kSelectCounter0 | kLowThenHighByte | kMode2RateGenerator);
  kCounter0.write(kCount & 0xff);
  kCounter0.write(kCount >> 8);
  set_irq_handler(kTimerIrq, [] { ticks.fetch_add(1, std::memory_order_relaxed); });
}

uint64_t timer_ticks() { return ticks.load(std::memory_order_relaxed); }

}  // namespace kernel
