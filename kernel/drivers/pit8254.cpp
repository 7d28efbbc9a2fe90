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
constexpr uint8_t kMode0InterruptOnTerminalCount = 0 << 1;
constexpr uint8_t kMode2RateGenerator = 2 << 1;

// Atomic because the handler writes it between any two instructions of those who read it.
constinit std::atomic<uint64_t> ticks = 0;
constinit IrqHandler listener = nullptr;

void handle_timer() {
  ticks.fetch_add(1, std::memory_order_relaxed);
  if (listener != nullptr) listener();
}

void load(uint8_t mode, uint16_t count) {
  kControlWord.write(static_cast<uint8_t>(kSelectCounter0 | kLowThenHighByte | mode));
  kCounter0.write(static_cast<uint8_t>(count));
  kCounter0.write(static_cast<uint8_t>(count >> 8));
}

}  // namespace

void start_timer() {
  start_periodic_timer();
  set_irq_handler(kTimerIrq, handle_timer);
}

void start_periodic_timer() { load(kMode2RateGenerator, kTimerCount); }

void start_one_shot_timer(uint16_t count) { load(kMode0InterruptOnTerminalCount, count); }

// In mode 0 the control word alone takes the output low, and no count starts before it is written.
void stop_timer() { kControlWord.write(kSelectCounter0 | kLowThenHighByte | kMode0InterruptOnTerminalCount); }

void set_timer_listener(void (*new_listener)()) { listener = new_listener; }

uint64_t timer_ticks() { return ticks.load(std::memory_order_relaxed); }

}  // namespace kernel
