// SPDX-License-Identifier: MIT
#include "memory/page_fault.h"

#include "arch/control_registers.h"
#include "arch/exception.h"
#include "lib/panic.h"
#include "memory/demand_zero.h"

namespace kernel {

void handle_page_fault(TrapFrame& frame) {
  const uint64_t address = cr2::read();
  const PageFaultError error{frame.error_code};
  // Only an absent page can be on demand; and nobody has business executing one, or using it from ring 3.
  if (!error.page_was_present() && !error.was_fetch() && !error.from_ring_3() &&
      demand_zero_region.contains(address)) {
    if (demand_zero_region.fill(address)) return;
    panic("no frame is left for the page on demand at {:#018x}", address);
  }
  panic_on_exception(frame);
}

}  // namespace kernel
