// SPDX-License-Identifier: GPL-2.0-or-later
// Programs nobody would write, for the frame of guest.S: slots of 32 bytes with faults of every kind,
// interrupts, string instructions, code that rewrites itself directly and through another mapping, changes of
// ring, and plain noise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "sim/machine/machine.h"

namespace ringside {

// Where the loader puts the program is not known here, so programs use RIP-relative and absolute addresses of
// the data windows only. The same seed gives the same program.
std::vector<std::byte> random_program(std::uint64_t seed, unsigned slots);

MachineConfig random_guest(std::uint64_t seed, unsigned slots, Execution execution);

// Commands to be applied on the way: the same for every run of a seed. Sorted by instruction count.
struct TimedCommand {
  std::uint64_t instructions;
  Command command;
};
std::vector<TimedCommand> random_commands(std::uint64_t seed, std::uint64_t instructions);

}  // namespace ringside
