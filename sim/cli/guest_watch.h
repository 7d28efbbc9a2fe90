// SPDX-License-Identifier: GPL-2.0-or-later
// Watches what a guest does from slice to slice of machine time, to tell when it waits for somebody outside:
// then it is time to type, or, with nothing left to type, to end the run. Looks at the machine only, so that
// the answer is the same on every host.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/machine/machine.h"

namespace ringside {

class GuestWatch {
 public:
  explicit GuestWatch(const Machine& machine);

  void slice_done(const Machine& machine);  // after each slice
  // It was found to go in circles: taken for rest, for a while.
  void spins(const Machine& machine);
  void disturbed(const Machine& machine);  // something was typed: what comes next is an answer to it

  // Machine time since the guest last showed something (COM1, port 0xE9, the screen), or was disturbed.
  Ticks quiet() const { return now_ - last_sign_; }
  // In the last slice the CPU was halted nearly all the time, or did little else than ask the keyboard
  // controller or the serial port whether something has come.
  bool resting() const { return resting_; }
  // It was found to ask for input in a loop. Such a guest uses up machine time much faster than a person's
  // patience lasts: look again soon.
  bool polling() const { return polling_; }
  // For so long it has been quiet and resting. A question to a port counts as a microsecond at least: that is
  // what it takes on a PC's bus.
  Ticks waiting() const;

 private:
  Ticks now_ = 0, last_sign_ = 0, waiting_since_ = 0, spins_until_ = 0;
  std::uint64_t instructions_ = 0, events_ = 0, screen_ = 0;
  std::size_t output_ = 0;
  std::uint64_t polls_ = 0;  // while quiet and resting
  bool resting_ = false, polling_ = false;
};

// A number that changes with what the screen shows.
std::uint64_t screen_fingerprint(const Machine& machine);

}  // namespace ringside
