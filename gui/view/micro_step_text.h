// SPDX-License-Identifier: GPL-2.0-or-later
// A delivery's micro-steps in words, for the fault anatomy.
#pragma once

#include <string>

#include "sim/cpu/delivery.h"

namespace ringside {

// "Gate 14 at 0xffffffff80105ce0", short enough for a third of a panel.
std::string headline(const MicroStep& step);
// What the step found: "P 0: not present", "RSP = 0x...", or "" where the headline says it all.
std::string detail(const MicroStep& step);

// Bits of an error code by vector: "write, not present, kernel"; the selector form for #TS, #NP, #SS, #GP.
std::string error_code_text(std::uint8_t vector, std::uint32_t error_code);

const char* name(Pushed what);     // "RSP", "RFLAGS", ...
const char* name(AttemptEnd end);  // "delivered", "replaced by the next one", ...
const char* name(Source source);   // "fault: the instruction runs again", ...

}  // namespace ringside
