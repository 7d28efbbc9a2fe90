// SPDX-License-Identifier: GPL-2.0-or-later
// Where QEMU (7.2, TCG) and our machine may differ behind an instruction, and why. QEMU is a witness, not the
// judge: what our machine does is worked out from the Intel SDM, and held by the tests named in the README.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "compare.h"
#include "sim/cpu/block.h"
#include "sim/cpu/delivery.h"
#include "sim/cpu/operand.h"

namespace ringside::lockstep {

// An instruction, or the acceptance of an interrupt, and what came of it here and there.
struct Moment {
  CpuState before;
  InstructionBytes bytes;
  std::span<const std::byte> code;  // of the instruction alone, where it was not a jump; else up to 15 bytes
  unsigned bits = 32;
  std::optional<Opcode> op;
  const CpuState *ours = nullptr, *theirs = nullptr;  // while states are compared
  const Delivery* delivery = nullptr;                 // ours, where there was one
  int our_vector = -1, their_vector = -1;             // what was delivered last, -1: nothing
};

struct Reason {
  std::string_view name;
  bool (*explains)(const Moment&, const Difference&);
  std::string_view why;  // the manual's section, and who departs from it
};

std::span<const Reason> reasons();

}  // namespace ringside::lockstep
