// SPDX-License-Identifier: MIT
#include "arch/switch.h"

namespace kernel {

SavedContext new_context(uint64_t top, void (*entry)()) {
  // Above the frame a return address of 0: RSP is where a call would have left it (8 below a multiple of 16),
  // and a walk along the frame pointers ends there, as RBP is 0 too.
  auto* return_address = reinterpret_cast<uint64_t*>(top) - 1;
  *return_address = 0;
  auto* frame = reinterpret_cast<SwitchFrame*>(return_address) - 1;
  *frame = {.rip = reinterpret_cast<uint64_t>(entry)};
  SavedContext context;
  context.rsp = reinterpret_cast<uint64_t>(frame);
  return context;
}

}  // namespace kernel
