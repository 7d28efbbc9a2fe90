// SPDX-License-Identifier: GPL-2.0-or-later
// What the type of a descriptor says, in words (SDM volume 3A tables 3-1 and 3-2).
#pragma once

#include <string>

#include "sim/cpu/cpu_state.h"

namespace ringside {

// "code, 64-bit, readable", "data, writable", "TSS, busy"; `ia32e`: system types as long mode reads them.
std::string segment_words(const Segment& segment, bool ia32e);

// A system descriptor that takes two slots of the table: TSS, LDT and call gate in long mode (SDM 7.2.3).
bool takes_two_slots(const Segment& segment, bool ia32e);

}  // namespace ringside
