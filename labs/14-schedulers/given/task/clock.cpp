// SPDX-License-Identifier: MIT
//
// The kernel's clock, with your timer below it. Stands in for the file of this name in the kernel.
#include "task/clock.h"

#include <algorithm>

#include "arch/instructions.h"
#include "drivers/pit8254.h"
#include "policies.h"

namespace kernel {

constinit Clock clock;

uint64_t Clock::now_by_cycles() const {
  return ticks_ + lab::ticks_since(cycles_at_ticks_, cycles_per_tick_);
}

void Clock::handle_interrupt() {
  if (tickless_) {
    next_interrupt_ = kNever;  // it was a single shot
    return;
  }
  // Between two shots the counter's output is low; to begin with mode 2 takes it high, which the controller
  // takes for an interrupt. It comes at once, and is no tick.
  const uint64_t cycles = rdtsc();
  if (cycles - restarted_at_ < cycles_per_tick_ / 2) return;
  ++ticks_;
  cycles_at_ticks_ = cycles;
  if (first_cycles_ == 0) {
    first_cycles_ = cycles_at_ticks_;
    first_ticks_ = ticks_;
  } else {
    cycles_per_tick_ = (cycles_at_ticks_ - first_cycles_) / (ticks_ - first_ticks_);
  }
}

void Clock::become_tickless() {
  if (tickless_) return;
  tickless_ = true;
  next_interrupt_ = kNever;
  stop_timer();
}

void Clock::become_periodic() {
  if (!tickless_) return;
  // The counter starts a full tick afresh. What has passed of the present one is kept until the next change.
  restarted_at_ = rdtsc();
  const uint64_t passed = restarted_at_ - cycles_at_ticks_ + remainder_;
  ticks_ += passed / cycles_per_tick_;
  remainder_ = passed % cycles_per_tick_;
  cycles_at_ticks_ = restarted_at_;
  tickless_ = false;
  first_cycles_ = 0;  // measure the rate afresh: no ticks were counted
  start_periodic_timer();
}

void Clock::set_next_interrupt(uint64_t tick) {
  if (!tickless_ || tick == next_interrupt_) return;
  next_interrupt_ = tick;
  if (tick == kNever) return stop_timer();
  constexpr uint64_t kFarEnough = 1000;  // more than a counter full
  const uint64_t passed = lab::ticks_since(cycles_at_ticks_, cycles_per_tick_);
  const uint64_t ahead = std::min(tick - std::min(tick, ticks_), passed + kFarEnough);
  lab::interrupt_once(cycles_at_ticks_ + ahead * cycles_per_tick_, cycles_per_tick_);
}

}  // namespace kernel
