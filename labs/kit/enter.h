// SPDX-License-Identifier: GPL-2.0-or-later
// For functions that must not come back, and for code that is looked at from its first instruction on.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "labs/kit/pc.h"

namespace ringside::labs {

// Stands at the first instruction of a function, called as by Pc::call(): what it does, and whether it ends,
// is for run_*() to see.
void enter(Pc& pc, std::string_view function, std::vector<std::uint64_t> arguments = {});

// Registers as they are not by chance. REQUIRES: the next instruction can do with them.
void set_register(Pc& pc, Gpr which, std::uint64_t value);
void set_rip(Pc& pc, std::uint64_t linear);
void set_rflags(Pc& pc, std::uint64_t value);
// Memory, by linear address. Fails the step where nothing is mapped.
void set_memory(Pc& pc, std::uint64_t linear, std::uint64_t value, unsigned bytes = 8);

// The processor stops for ever: HLT with interrupts off, within so many ms of machine time. A function that
// comes back to where the kernel waits ends so, too: demand that it did something on the way.
void expect_halts_for_ever(Pc& pc, std::string_view what, std::string why, double ms = 200);

}  // namespace ringside::labs
