// SPDX-License-Identifier: MIT
//
// From one stack to another: what a thread is to the CPU, and the few instructions that leave one and carry
// on with another.
//
// The switch is a function call. Its caller has saved all registers that a function may change, so what is
// left are RBX, RBP and R12 to R15 (System V AMD64 ABI, 3.2.1), which go onto the stack that is being left,
// and the x87 and SSE registers, which the kernel does not touch but the thread may be in the middle of. A
// thread taken off the CPU by an interrupt made that call from the interrupt's handler, and the rest of its
// registers lie in the TrapFrame further up its stack.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kernel {

// What FXSAVE64 writes and FXRSTOR64 reads (Intel SDM vol. 1, table 10-2). As FNINIT leaves it.
struct alignas(16) FpuState {
  uint16_t control_word = 0x037f;  // all x87 errors masked
  uint16_t status_word = 0;
  uint8_t tags = 0;  // all registers empty
  uint8_t reserved_0 = 0;
  uint16_t opcode = 0;
  uint64_t instruction = 0;
  uint64_t operand = 0;
  uint32_t mxcsr = 0x1f80;  // all SSE errors masked
  uint32_t mxcsr_mask = 0;
  struct Register {
    uint64_t low = 0, high = 0;
  };
  std::array<Register, 8> st{};  // also MM0 to MM7
  std::array<Register, 16> xmm{};
  std::array<uint64_t, 12> reserved_1{};
};
static_assert(sizeof(FpuState) == 512 && offsetof(FpuState, mxcsr) == 24 && offsetof(FpuState, xmm) == 160);

// Of a thread that does not run. While it runs, this is old.
struct SavedContext {
  uint64_t rsp = 0;  // points at the saved registers
  FpuState fpu;
};
static_assert(offsetof(SavedContext, rsp) == 0 && offsetof(SavedContext, fpu) == 16, "as in switch.S");

// What switch_context leaves on the stack of the thread it leaves.
struct SwitchFrame {
  uint64_t r15 = 0, r14 = 0, r13 = 0, r12 = 0, rbx = 0, rbp = 0;
  uint64_t rip = 0;  // where the thread goes on: the return address of its call
};

// Lays out a new stack as if its thread had once called switch_context just before `entry`, which takes no
// argument and must not return. `top`: one past the stack's last byte, a multiple of 16.
SavedContext new_context(uint64_t top, void (*entry)());

}  // namespace kernel

extern "C" {
// Saves what runs now in `from` and goes on with `to`. Comes back when somebody switches to `from`.
// REQUIRES: interrupts are off.
void switch_context(kernel::SavedContext& from, const kernel::SavedContext& to);

// The same, made by somebody who forgot a register: R15 arrives with the value the other thread had in it.
// (A thread that was interrupted does not notice: its registers are in the TrapFrame. Nor does one whose
// functions between here and there happen to save R15 for their own use, which few do.)
void switch_context_forgetting_r15(kernel::SavedContext& from, const kernel::SavedContext& to);
}
