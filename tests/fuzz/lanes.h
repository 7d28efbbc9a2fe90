// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes as code, run exactly or step by step, and run fast or restlessly. Both must end in the same state.
// The rule is the law of sim/machine/machine.h; tests/property holds it with guests made by a generator,
// which know what they do; these do not.
#pragma once

#include <span>

#include "tests/fuzz/input.h"

namespace ringside::fuzz {

// As guest.S numbers them.
enum class GuestMode : std::uint8_t {
  real,
  protected_16,
  protected_32,
  paging_32,
  pae,
  long_64,
  compatibility_32,
  paging_32_user,
  pae_user,
  virtual_8086,
  long_64_user,
  compatibility_32_user,
};

// Input: a byte that chooses among `modes`, then
//   a byte of options: no IDT (bit 0), the timer runs (1), the exact machine makes single steps (2), the fast
//   one runs in pieces (3, 4) and restlessly (5) and is a new machine instead of one that was reset (6, 7
//   both set); a byte: 12 << (its lowest three bits) instructions; the timer's count (2 bytes, only if it
//   runs); a byte: registers (bits 0-3), changed bytes of memory (4-5), commands on the way (6-7); then each
//   of these; the code.
void run_guest(Input input, std::span<const GuestMode> modes);

}  // namespace ringside::fuzz
