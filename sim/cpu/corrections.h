// SPDX-License-Identifier: GPL-2.0-or-later
// Where the engine departs from the manual and it can be put right: what it would let through, before the
// instruction runs, and what it calls by a wrong name, before that is delivered.
//
// Known and left as the engine does it:
//   #AC                            never raised
//   #XM                            never raised: SSE exceptions are as if masked
//   MXCSR, bits 0 to 5             the exception flags are never set
//   LOCK NEG                       leaves the flags of the value before, not of the result
//   #MF                            raised by FWAIT alone, not by the next x87 instruction
//   MOVAPS and its like            take any address
//   limits and types of segments   not looked at by loads and stores, nor is a null DS, ES, FS or GS outside
//   of 64-bit mode RIP that is not canonical      the fetch faults, not the branch that goes there (as with
//   AMD's processors) an access that begins on a canonical address and ends behind: #PF if the first page is
//   absent a far transfer to a code segment with both L and D set
#pragma once

#include <optional>
#include <span>

#include "sim/cpu/cpu_state.h"
#include "sim/cpu/delivery.h"
#include "sim/cpu/physical_memory.h"

namespace ringside {

// The exception that the instruction at RIP raises by the manual and the engine would not, or none: port
// access without permission, MOV to a control register, LGDT, LIDT, LTR, LDMXCSR.
std::optional<Exception> forbidden(const CpuState&, const PhysicalMemory&, std::span<const std::byte> code);

// What the engine raised, by its right name: #SS(0) for a stack address that is not canonical, and #SS
// instead of #NP for the stack segment of an IRET or a far return.
Exception corrected(const CpuState&, const PhysicalMemory&, const Exception& raised);

// Whether IN and OUT need no look at the TSS (SDM volume 1, 19.5.1).
bool ports_are_open(const CpuState&);

}  // namespace ringside
