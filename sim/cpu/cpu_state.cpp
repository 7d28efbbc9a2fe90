// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/cpu_state.h"

namespace ringside {

const char* name(CpuMode mode) {
  switch (mode) {
    case CpuMode::real: return "real";
    case CpuMode::virtual_8086: return "virtual 8086";
    case CpuMode::protected_16: return "protected, 16-bit";
    case CpuMode::protected_32: return "protected";
    case CpuMode::compatibility_16: return "compatibility, 16-bit";
    case CpuMode::compatibility_32: return "compatibility";
    case CpuMode::long_64: return "long";
  }
  return "";
}

}  // namespace ringside
