// SPDX-License-Identifier: MIT
//
// The timer: Intel 8254. Its counter 0 is line 0 of the interrupt controllers. You write timer.cpp.
#pragma once

#include <cstdint>

namespace lab {

inline constexpr unsigned kTimerInputHertz = 1193182;

// Step 3. From now on, `hertz` interrupts a second, as exactly as the counter can. REQUIRES: 19 or more.
void start_timer(unsigned hertz);

}  // namespace lab
