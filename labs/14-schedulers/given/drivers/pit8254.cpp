// SPDX-License-Identifier: MIT
//
// The kernel's timer with a hundred times as many ticks, so that there is something to see soon. Stands in
// for the file of this name in the kernel.
#include "drivers/pit8254.h"

#include "arch/interrupts.h"
#include "arch/port.h"
#include "policies.h"

namespace kernel {
namespace {

constexpr Port<uint8_t, Access::read_write> kCounter0{0x40};
constexpr Port<uint8_t, Access::write> kControlWord{0x43};

constinit uint64_t ticks = 0;
constinit IrqHandler listener = nullptr;

void handle_timer() {
  ++ticks;
  if (listener != nullptr) listener();
}

}  // namespace

void start_timer() {
  start_periodic_timer();
  set_irq_handler(kTimerIrq, handle_timer);
}

void start_periodic_timer() {
  constexpr uint8_t kRateGenerator = 0x34;  // counter 0, low then high byte, mode 2
  kControlWord.write(kRateGenerator);
  kCounter0.write(lab::kCountsPerTick & 0xff);
  kCounter0.write(lab::kCountsPerTick >> 8);
}

void stop_timer() { lab::no_interrupt(); }

void set_timer_listener(void (*new_listener)()) { listener = new_listener; }

uint64_t timer_ticks() { return ticks; }

}  // namespace kernel
