// SPDX-License-Identifier: GPL-2.0-or-later
// Two processors side by side, field by field.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cpu/cpu_state.h"
#include "trace_record.h"

namespace ringside::lockstep {

// Our state with everything put in that the record tells: equal to `ours` where both agree. What the record
// does not tell (trace_record.h) stays ours.
CpuState with_record(const CpuState& ours, const Record& record);

struct Difference {
  std::string field;  // "RAX", "SS.attributes", "CR2", "ST3", ...
  std::uint64_t ours = 0, theirs = 0;
  bool floating = false;  // of the x87 and SSE registers
};
std::vector<Difference> differences(const CpuState& ours, const CpuState& theirs);

// The number of fields that one record compares.
unsigned fields_compared(const Record& record);

}  // namespace ringside::lockstep
