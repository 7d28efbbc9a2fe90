// SPDX-License-Identifier: MIT
//
// Mistakes with threads, for shell/mishaps.cpp.
#pragma once

namespace kernel {

void forget_a_register();
void overflow_small_stack();
void lose_a_wakeup();
void starve_everybody();

}  // namespace kernel
