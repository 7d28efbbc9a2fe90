// SPDX-License-Identifier: GPL-2.0-or-later
// The instructions that sim/cpu runs itself, because the engine would answer from the host (RDTSC, RDRAND),
// would not run them (SYSCALL) or would not say who raised the interrupt (INT n). Pure functions of the CPU's
// state. Source: Intel SDM volume 2, the instructions' pages.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/delivery.h"

namespace ringside {

struct OwnInstruction {
  CpuState cpu;                        // after the instruction; with an exception: as it is to be saved
  std::optional<Exception> exception;  // raised by it, INT n included
  bool translation_changed = false;    // EFER was written
  bool new_privilege = false;          // SYSCALL, SYSRET and their like
};

// REQUIRES: `code` holds the bytes at RIP, of which classify() says InsnKind::ours.
// `now` is machine time, which RDTSC answers from.
OwnInstruction run_own_instruction(const CpuState& cpu, std::span<const std::byte> code, Ticks now);

}  // namespace ringside
