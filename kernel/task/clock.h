// SPDX-License-Identifier: MIT
//
// The kernel's time, in ticks of a hundredth of a second, however the timer is used.
//
//   periodic   the 8254 interrupts at every tick, and the clock counts them
//   tickless   the 8254 interrupts once, when the next thing is due. In between, the CPU's time stamp counter
//              says how much time has passed; its rate was measured against the ticks while they still came
#pragma once

#include <cstdint>

#include "task/alarm.h"

namespace kernel {

class Clock {
 public:
  uint64_t now() const { return tickless_ ? now_by_cycles() : ticks_; }

  // The same for whoever has just read the time stamp counter.
  uint64_t at(uint64_t cycles) const {
    if (!tickless_) [[likely]]
      return ticks_;
    return ticks_ + (cycles - cycles_at_ticks_) / cycles_per_tick_;
  }

  // At every interrupt of the timer.
  void handle_interrupt();

  // REQUIRES: rate_is_known(), and interrupts are off.
  void become_tickless();
  void become_periodic();
  bool is_tickless() const { return tickless_; }

  // After two ticks.
  bool rate_is_known() const { return cycles_per_tick_ != 0; }
  uint64_t cycles_per_tick() const { return cycles_per_tick_; }

  // Tickless: the timer is to interrupt when `tick` begins; with kNever not at all. One shot reaches 54 ms,
  // as the counter has 16 bits: a longer wait takes several. Periodic: does nothing.
  void set_next_interrupt(uint64_t tick);

 private:
  uint64_t now_by_cycles() const;

  bool tickless_ = false;
  uint64_t ticks_ = 0;            // periodic: interrupts so far; tickless: what the clock showed at ...
  uint64_t cycles_at_ticks_ = 0;  // ... this reading of the time stamp counter
  uint64_t first_cycles_ = 0;     // at the first tick
  uint64_t first_ticks_ = 0;
  uint64_t cycles_per_tick_ = 0;
  uint64_t restarted_at_ = 0;  // when the ticks came back
  uint64_t remainder_ = 0;     // cycles that had passed of the tick before
  uint64_t next_interrupt_ = kNever;
};

extern Clock clock;

}  // namespace kernel
