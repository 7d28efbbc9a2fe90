// SPDX-License-Identifier: MIT
#include "arch/fpu.h"

#include "arch/control_registers.h"
#include "arch/instructions.h"

namespace kernel {

void enable_fpu() {
  constexpr cr0::Value kInTheWay = cr0::kEmulateFpu | cr0::kTaskSwitched;
  cr0::write((cr0::read() & ~kInTheWay) | cr0::kMonitorFpu | cr0::kNumericError);
  cr4::write(cr4::read() | cr4::kFxsave | cr4::kSimdExceptions);
  fninit();
  constexpr uint32_t kAllMasked = 0x1f80;
  ldmxcsr(kAllMasked);
}

}  // namespace kernel
