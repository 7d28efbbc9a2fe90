// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the end of many a kernel: a loop that does nothing. `for (;;);`, `jmp $`, a lock that nobody will
// release.
#pragma once

#include <cstdint>

#include "sim/timeline/timeline.h"

namespace ringside {

inline constexpr std::uint64_t kMostSpinSteps = 1024;

// Steps the machine, at most kMostSpinSteps, and tells whether it went round a loop: all registers and all
// memory as before, no port touched, the time stamp counter not asked. If so, nothing but an interrupt ends
// it.
bool goes_in_circles(Timeline& timeline);

}  // namespace ringside
