// SPDX-License-Identifier: GPL-2.0-or-later
// How a run ended, and the status with which the program ends.
//
// A guest that leaves through the debug-exit port gives (value << 1) | 1, which is always odd. All of ours
// are even: they can never be mistaken for a guest's.
#pragma once

#include <cstdint>
#include <string>

#include "sim/machine/machine.h"

namespace ringside {

enum class Ending : std::uint8_t {
  guest_exit,      // the debug-exit port
  power_off,       // the guest switched the machine off
  goal,            // what --until or --at named was reached
  left,            // the person at the terminal left (--interactive)
  budget,          // --max-instructions or --max-time used up
  idle,            // the guest waits for input and there is none left
  halted_forever,  // HLT with interrupts off
  reset,
  triple_fault,
  unsupported,  // something that the engine cannot run
  differs,      // a replay went otherwise than its recording
  interrupted,  // Ctrl-C, SIGTERM, SIGHUP
};

inline constexpr int kHostError =
    2;  // bad arguments, an image that does not load, a file that cannot be written

// The name as --json prints it.
const char* name(Ending ending);

// `stop` tells the guest's status where the ending is guest_exit: its lowest 8 bits, which are odd. An
// interrupted run ends by the signal itself; the status here is what shells make of Ctrl-C.
int exit_status(Ending ending, const Stop& stop);

// The ending that a final stop is. REQUIRES stop.final().
Ending ending_of(const Stop& stop);

// The whole table, for --help.
std::string exit_status_help();

}  // namespace ringside
