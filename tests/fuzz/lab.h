// SPDX-License-Identifier: GPL-2.0-or-later
// A processor and its tables, in working order and then spoilt: what targets about delivery, page walks and
// views begin with. From nothing but random numbers hardly any gate would ever be present.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/cpu/cpu_state.h"
#include "sim/cpu/physical_memory.h"
#include "tests/fuzz/input.h"

namespace ringside::fuzz {

struct Lab {
  CpuState cpu;
  std::vector<std::byte> ram;
  PhysicalMemory memory() { return PhysicalMemory(ram); }
};

// Input: a mode, the number of changes, the changes. What comes out may be impossible on a real processor.
Lab take_lab(Input& input);

}  // namespace ringside::fuzz
