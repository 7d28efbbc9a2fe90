// SPDX-License-Identifier: MIT
//
// Instructions written to go wrong, for shell/faults.cpp. In C++ most of these mistakes are undefined
// behaviour, and the compiler would be free to drop them; in assembly they are what they are.
#pragma once

#include <cstdint>

namespace kernel::mistakes {

// #DE with a divisor of 0, or if the quotient does not fit.
inline uint32_t divide(uint32_t dividend, uint32_t divisor) {
  uint32_t quotient = dividend, remainder = 0;
  asm volatile("div %2" : "+a"(quotient), "+d"(remainder) : "r"(divisor));
  return quotient;
}

// #UD, two bytes long. Unlike ud2() the compiler takes it for something that comes back, which it does if a
// handler steps over it.
inline void undefined_opcode() { asm volatile("ud2" ::: "memory"); }

// #BP with a value in a register, to see that it is still there afterwards.
inline uint64_t breakpoint_with(uint64_t value) {
  asm volatile("int3" : "+r"(value)::"memory");
  return value;
}

// Leaves the stack for another one and pushes there. REQUIRES: that goes wrong; the old stack is lost.
inline void push_at(uint64_t stack) { asm volatile("mov rsp, %0; push rax" : : "r"(stack) : "memory"); }

inline uint64_t read(uint64_t address) {
  uint64_t value;
  asm volatile("mov %0, [%1]" : "=r"(value) : "r"(address) : "memory");
  return value;
}

inline void write(uint64_t address, uint64_t value) {
  asm volatile("mov [%0], %1" : : "r"(address), "r"(value) : "memory");
}

inline void call(uint64_t address) { asm volatile("call %0" : : "r"(address) : "memory"); }

// Read relative to RSP or RBP: the CPU uses the stack segment, and errors become #SS.
inline uint64_t read_through_stack_pointer(uint64_t address) {
  uint64_t value;
  asm volatile(
      "push rbp\n"
      "mov rbp, %1\n"
      "mov %0, [rbp]\n"
      "pop rbp"
      : "=&r"(value)
      : "r"(address)
      : "memory");
  return value;
}

inline void load_fs(uint16_t selector) { asm volatile("mov fs, %0" : : "r"(selector)); }
inline void load_ss(uint16_t selector) { asm volatile("mov ss, %0" : : "r"(selector)); }

// 1.0 / 0.0 with the error unmasked: #MF at the WAIT, #XM at the division itself.
inline void divide_x87() {
  const uint16_t zero_divide_unmasked = 0x037b;
  asm volatile(
      "fninit\n"
      "fldcw %0\n"
      "fld1\n"
      "fldz\n"
      "fdivp\n"
      "fwait"
      :
      : "m"(zero_divide_unmasked));
}

inline void divide_sse() {
  const uint32_t zero_divide_unmasked = 0x1d80, one = 0x3f800000, zero = 0;
  asm volatile(
      "ldmxcsr %0\n"
      "movss xmm0, %1\n"
      "movss xmm1, %2\n"
      "divss xmm0, xmm1"
      :
      : "m"(zero_divide_unmasked), "m"(one), "m"(zero));
}

}  // namespace kernel::mistakes
