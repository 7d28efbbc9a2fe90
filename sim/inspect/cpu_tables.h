// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's registers as tables. Row keys are the registers' names in lower case ("rax", "cr0"), also
// where 32-bit code knows them by their short names; a bit's key is "cr0.pe".
#pragma once

#include <string>

#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

Table registers_table(const InspectContext&);  // general purpose, RIP, RFLAGS; symbols of what they point to
Table flags_table(const InspectContext&);      // RFLAGS bit by bit
Table segments_table(const InspectContext&);   // the six, LDTR, TR with their hidden parts; GDTR, IDTR
Table control_table(const InspectContext&);    // CR0 to CR8, EFER, debug registers, bit by bit
Table msrs_table(const InspectContext&);
Table fpu_table(const InspectContext&);  // x87 stack, control words, XMM

std::string flags_words(
    std::uint64_t rflags);  // "IF ZF PF", those set, highest first, with IOPL where it is not 0

}  // namespace ringside
