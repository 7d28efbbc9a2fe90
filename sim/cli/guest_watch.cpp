// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/guest_watch.h"

#include <algorithm>

namespace ringside {
namespace {

constexpr std::uint64_t kTextPlaneStart = 0xB8000;
constexpr std::uint16_t kKeyboardData = 0x60, kKeyboardStatus = 0x64, kCom1Data = 0x3F8,
                        kCom1LineStatus = 0x3FD;
// A loop that asks a port takes a handful of instructions a turn; one turn in a hundred instructions is still
// one.
constexpr std::uint64_t kInstructionsPerPoll = 100;
constexpr Ticks kBusCycle = 1'000;
constexpr Ticks kSpinsFor = 100'000'000;

bool asks_for_input(const Event& event) {
  return event.kind == EventKind::port_read &&
         (event.port == kKeyboardStatus || event.port == kKeyboardData || event.port == kCom1LineStatus ||
          event.port == kCom1Data);
}

}  // namespace

std::uint64_t screen_fingerprint(const Machine& machine) {
  std::uint64_t hash = start_address(machine.board().vga) * 31 + display_on(machine.board().vga);
  for (std::uint64_t at = 0; at < kTextPlaneBytes; at += 8)
    hash = (hash ^ machine.memory().read({kTextPlaneStart + at}, 8)) * 0x9E37'79B9'7F4A'7C15 + 1;
  return hash;
}

GuestWatch::GuestWatch(const Machine& machine)
    : now_(machine.time()),
      last_sign_(now_),
      waiting_since_(now_),
      instructions_(machine.instructions()),
      events_(machine.events().total()),
      screen_(screen_fingerprint(machine)),
      output_(machine.serial().size() + machine.debug_console().size()) {}

void GuestWatch::slice_done(const Machine& machine) {
  const Ticks passed = machine.time() - now_;
  const std::uint64_t executed = machine.instructions() - instructions_;
  std::uint64_t polls = 0;
  const EventLog& events = machine.events();
  // What no longer is in the log was no less busy than what is.
  const std::uint64_t from = std::max(events_, events.first());
  for (std::uint64_t i = from; i < events.total(); ++i) polls += asks_for_input(events[i]);
  if (from > events_) polls = polls * (events.total() - events_) / (events.total() - from);

  now_ = machine.time();
  instructions_ = machine.instructions();
  events_ = events.total();
  const bool halted = executed * 10 < passed;
  polling_ = polls > 16 && polls * kInstructionsPerPoll > executed;
  const std::size_t output = machine.serial().size() + machine.debug_console().size();
  const std::uint64_t screen = screen_fingerprint(machine);
  const bool sign = output != output_ || screen != screen_;
  output_ = output;
  screen_ = screen;
  if (sign) {
    last_sign_ = now_;
    spins_until_ = 0;
  }
  const bool was_resting = resting_;
  resting_ = halted || polling_ || now_ < spins_until_;
  if (sign || !was_resting) {
    waiting_since_ = now_;
    polls_ = 0;
  }
  polls_ += polls;
}

Ticks GuestWatch::waiting() const {
  if (!resting_) return 0;
  return std::max<Ticks>(now_ - waiting_since_, polling_ ? polls_ * kBusCycle : 0);
}

void GuestWatch::spins(const Machine& machine) {
  resting_ = true;
  spins_until_ = machine.time() + kSpinsFor;
}

void GuestWatch::disturbed(const Machine& machine) {
  last_sign_ = waiting_since_ = now_ = machine.time();
  spins_until_ = polls_ = 0;
}

}  // namespace ringside
