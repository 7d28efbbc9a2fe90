// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/threads.h"

#include "labs/kit/step_state.h"
#include "sim/inspect/memory_tables.h"

namespace ringside::labs {

Instant in_students_code(const Pc& pc) {
  const InspectContext here = pc.context();
  for (const StackFrame& frame : here.symbols.backtrace(unwind_registers(here.cpu), here.guest().reader())) {
    const VirtAddr at = frame.pc_is_return ? VirtAddr{frame.pc.value - 1} : frame.pc;
    const auto source = here.symbols.source(at);
    if (source && source->file.starts_with(kStudentsFolder)) return {pc.instructions(), at.value};
  }
  return pc.now();
}

}  // namespace ringside::labs
