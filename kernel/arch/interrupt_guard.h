// SPDX-License-Identifier: MIT
//
// The lock of a kernel with one CPU: while a guard lives, nothing but an exception or an NMI can come between
// two of our instructions. It puts the old state back, so guards may be nested, and may be used inside a
// handler.
#pragma once

#include "arch/control_registers.h"
#include "arch/instructions.h"

namespace kernel {

class InterruptGuard {
 public:
  InterruptGuard() : were_enabled_(rflags::read() & rflags::kInterrupts) { cli(); }
  ~InterruptGuard() {
    if (were_enabled_) sti();
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  bool were_enabled_;
};

}  // namespace kernel
