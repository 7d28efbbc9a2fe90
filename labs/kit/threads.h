// SPDX-License-Identifier: GPL-2.0-or-later
// Words about flows of control: who has the processor, on which stack, and what a switch leaves of the
// registers.
//
//   const Turns turns = watch(pc, stacks, 20, 0.05);
//   expect(pc, "who had the processor", turns, EverybodyRuns());
//   expect(pc, "who had the processor", turns, Share("worker 2", IsNear(1.0 / 3, 0.05)));
//   expect_registers(pc, {.at = dump, .names = {...}, .values = {...}}, "...");
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "labs/kit/pc.h"

namespace ringside::labs {

// The student's own code nearest to where the processor stands, among the calls that led there; where it
// stands, if none is theirs. To blame an instant before the machine runs on.
Instant in_students_code(const Pc& pc);

}  // namespace ringside::labs
