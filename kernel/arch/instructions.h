// SPDX-License-Identifier: MIT
//
// Instructions that C++ has no words for: one wrapper each, named after the instruction (Intel SDM vol. 2).
// A "memory" clobber stands where the compiler must not move loads and stores across the instruction.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernel {

// Interrupts off and on. STI takes effect after the *next* instruction.
inline void cli() { asm volatile("cli" ::: "memory"); }
inline void sti() { asm volatile("sti" ::: "memory"); }

// Stops until the next interrupt.
inline void hlt() { asm volatile("hlt" ::: "memory"); }

// The one pair that must be a pair: no interrupt can slip in between STI and HLT, so none is slept through.
inline void sti_hlt() { asm volatile("sti; hlt" ::: "memory"); }

// Tells a spinning CPU that it spins.
inline void pause() { asm volatile("pause"); }

// #BP, trap: comes back to the next instruction.
inline void int3() { asm volatile("int3" ::: "memory"); }

// INT n: through gate n as a trap of the program's own making.
template <uint8_t vector>
void int_n() {
  asm volatile("int %0" : : "i"(vector) : "memory");
}

// #UD, guaranteed for ever by the manual.
[[noreturn]] inline void ud2() {
  asm volatile("ud2");
  __builtin_unreachable();
}

// The CPU's own loops over bytes and over words of 8 bytes: copy upwards, fill.
inline void rep_movsb(void* to, const void* from, size_t bytes) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes)::"memory");
}
inline void rep_stosb(void* to, int value, size_t bytes) {
  asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
}
inline void rep_movsq(void* to, const void* from, size_t words) {
  asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
}
inline void rep_stosq(void* to, uint64_t value, size_t words) {
  asm volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(value) : "memory");
}

struct [[gnu::packed]] TableRegister {  // operand of LGDT, LIDT, SGDT, SIDT in 64-bit mode: 10 bytes
  uint16_t limit;                       // offset of the table's last byte
  uint64_t base;
};
static_assert(sizeof(TableRegister) == 10);

inline void lgdt(const TableRegister& table) { asm volatile("lgdt %0" : : "m"(table) : "memory"); }
inline void lidt(const TableRegister& table) { asm volatile("lidt %0" : : "m"(table) : "memory"); }

inline TableRegister sgdt() {
  TableRegister table;
  asm volatile("sgdt %0" : "=m"(table));
  return table;
}

inline TableRegister sidt() {
  TableRegister table;
  asm volatile("sidt %0" : "=m"(table));
  return table;
}

inline void ltr(uint16_t selector) { asm volatile("ltr %0" : : "r"(selector)); }

inline uint16_t str() {
  uint16_t selector;
  asm volatile("str %0" : "=r"(selector));
  return selector;
}

// Forgets what the CPU remembers of the translation of this one page.
inline void invlpg(uint64_t address) { asm volatile("invlpg [%0]" : : "r"(address) : "memory"); }

struct CpuId {
  uint32_t eax, ebx, ecx, edx;
};
inline CpuId cpuid(uint32_t function, uint32_t subfunction = 0) {
  CpuId id;
  asm volatile("cpuid"
               : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
               : "a"(function), "c"(subfunction));
  return id;
}

inline uint64_t rdtsc() {
  uint64_t low, high;  // RDTSC clears the upper halves of RAX and RDX
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return high << 32 | low;
}

// The number of the highest bit that is set. REQUIRES: one is.
inline unsigned bsr(uint32_t value) {
  unsigned number;
  asm("bsr %0, %1" : "=r"(number) : "r"(value) : "cc");
  return number;
}

// x87 and SSE back to their power-on states, and the control and status register of SSE.
inline void fninit() { asm volatile("fninit"); }
inline void ldmxcsr(uint32_t value) { asm volatile("ldmxcsr %0" : : "m"(value)); }
inline void fnop() { asm volatile("fnop"); }

// The next x87 instruction will not raise #NM.
inline void clts() { asm volatile("clts"); }

}  // namespace kernel
