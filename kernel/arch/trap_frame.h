// SPDX-License-Identifier: MIT
//
// Everything that must be put back to carry on as if nothing had happened: what the CPU pushes when it takes
// an exception or an interrupt (Intel SDM vol. 3, 6.14.2), and below it what arch/trap.S pushes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernel {

struct TrapFrame {
  // pushed by trap.S, the last one first
  uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
  uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
  uint64_t vector;

  // pushed by the CPU for some vectors, by trap.S as 0 for the others
  uint64_t error_code;

  // pushed by the CPU, always all five in long mode
  uint64_t rip, cs, rflags, rsp, ss;
};

static_assert(offsetof(TrapFrame, rax) == 14 * 8);
static_assert(offsetof(TrapFrame, vector) == 15 * 8);
static_assert(offsetof(TrapFrame, error_code) == 16 * 8);
static_assert(offsetof(TrapFrame, rip) == 17 * 8);
static_assert(sizeof(TrapFrame) == 22 * 8);
static_assert(sizeof(TrapFrame) % 16 == 0,
              "the CPU aligns RSP to 16 before it pushes; so it is when trap.S calls C++");

}  // namespace kernel
