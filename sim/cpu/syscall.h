// SPDX-License-Identifier: GPL-2.0-or-later
// The instructions that change rings without a gate: SYSCALL and SYSRET, SYSENTER and SYSEXIT. They read no
// descriptor: CS and SS get fixed contents, and it is the kernel's duty that its GDT says the same.
// Source: Intel SDM volume 2B, the instructions' pages; volume 3A 5.8.7 and 5.8.8.
//
// As on Intel's processors SYSCALL and SYSRET exist in 64-bit code only; CSTAR is kept and never used.
#pragma once

#include <cstdint>
#include <expected>

#include "sim/cpu/cpu_state.h"
#include "sim/cpu/delivery.h"

namespace ringside {

// The state after the instruction, or the fault it raises, with the state unchanged.
using Outcome = std::expected<CpuState, Exception>;

enum class OperandSize : std::uint8_t { bits_32, bits_64 };  // 64 with REX.W

// REQUIRES: cpu.rip is the address of the SYSCALL instruction, `length` its bytes.
Outcome syscall(const CpuState& cpu, unsigned length);
Outcome sysret(const CpuState& cpu, OperandSize size);
Outcome sysenter(const CpuState& cpu);
Outcome sysexit(const CpuState& cpu, OperandSize size);

}  // namespace ringside
