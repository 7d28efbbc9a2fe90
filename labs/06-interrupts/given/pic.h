// SPDX-License-Identifier: MIT
//
// The two interrupt controllers: Intel 8259A, master and slave. You write pic.cpp.
//
// Lines are numbered 0 to 15; 8 to 15 are the slave's. Line 2 is the wire from the slave to the master.
#pragma once

#include <cstdint>

namespace lab {

// Step 1. ICW1 to ICW4, to both chips: edge triggered, cascaded, end of interrupt by command; line 0 raises
// vector `master`, line 8 vector `slave`. After it every line is masked but line 2.
void initialize_pics(uint8_t master, uint8_t slave);

// Step 2. One line, and no other. REQUIRES: line is not 2.
void mask(unsigned line);
void unmask(unsigned line);

// Step 4. To whoever served the line: the master for 0 to 7; the slave, and then the master, for 8 to 15.
void end_of_interrupt(unsigned line);

// Step 5. The chip of line 7 or 15 raised it for a request that had vanished: it is not in service.
bool is_spurious(unsigned line);

}  // namespace lab
