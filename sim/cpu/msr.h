// SPDX-License-Identifier: GPL-2.0-or-later
// Model-specific registers: what RDMSR reads and WRMSR accepts. A register that is not in the table does not
// exist: both raise #GP(0), as on a processor that lacks it. Source: Intel SDM volume 4 table 2-2
// (architectural MSRs), volume 2 RDMSR and WRMSR.
//
// Not modelled: machine check, performance counters, memory type ranges (MTRRcap says there are none), the
// local APIC (its base register keeps what is written, but cannot be switched on), last-branch records.
#pragma once

#include <cstdint>
#include <expected>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/delivery.h"

namespace ringside {

// RDMSR with ECX = index: EDX:EAX, or #GP(0). `now` is machine time: the time-stamp counter counts its ticks.
std::expected<std::uint64_t, Exception> read_msr(const CpuState&, std::uint32_t index, Ticks now);

// WRMSR: the state with the register written, or #GP(0) for a value with reserved bits, an address that is
// not canonical, or a read-only register. RIP is left to the caller.
std::expected<CpuState, Exception> write_msr(const CpuState&, std::uint32_t index, std::uint64_t value,
                                             Ticks now);

// What RDTSC and RDTSCP read.
inline std::uint64_t time_stamp(const CpuState& cpu, Ticks now) { return now + cpu.tsc_offset; }

const char* msr_name(std::uint32_t index);  // "IA32_EFER", ...; "" where there is none

}  // namespace ringside
