// SPDX-License-Identifier: MIT
//
// The real-time clock as a source of interrupts: 64 a second on line 8. Source: Motorola MC146818A data
// sheet, registers A to C.
#pragma once

namespace lab {

void start_clock();
// Reading register C takes the line down again: without it there is no second interrupt.
void acknowledge_clock();

}  // namespace lab
