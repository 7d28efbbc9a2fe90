// SPDX-License-Identifier: MIT
//
// The timer: Intel 8254, three counters at 1.193182 MHz. The output of counter 0 is the PC's IRQ 0.
// Source: Intel 8254 data sheet, order number 231164-005.
#pragma once

#include <cstdint>

namespace kernel {

inline constexpr unsigned kTimerIrq = 0;
inline constexpr unsigned kTicksPerSecond = 100;

inline constexpr unsigned kTimerInputHertz = 1193182;
inline constexpr uint16_t kTimerCount = (kTimerInputHertz + kTicksPerSecond / 2) / kTicksPerSecond;
static_assert(kTimerCount == 11932);

// Opens the timer's line, with the counter as start_periodic_timer() leaves it.
void start_timer();

// Mode 2, rate generator: kTicksPerSecond interrupts a second.
void start_periodic_timer();

// Mode 0, interrupt on terminal count: one interrupt after `count` periods of the input clock.
void start_one_shot_timer(uint16_t count);

// No interrupt until it is started again; one that was already on its way may still come.
void stop_timer();

// Timer interrupts since start_timer().
uint64_t timer_ticks();

// Who is told of each of them, in the handler.
void set_timer_listener(void (*listener)());

}  // namespace kernel
