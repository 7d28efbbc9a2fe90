// SPDX-License-Identifier: MIT
//
// The timer: Intel 8254, three counters at 1.193182 MHz. The output of counter 0 is the PC's IRQ 0.
// Source: Intel 8254 data sheet, order number 231164-005.
#pragma once

#include <cstdint>

namespace kernel {

constexpr unsigned kTimerIrq = 0;
constexpr unsigned kTicksPerSecond = 100;

// Counter 0 as rate generator: kTicksPerSecond interrupts a second.
void start_timer();

// Timer interrupts since start_timer().
uint64_t timer_ticks();

}  // namespace kernel
