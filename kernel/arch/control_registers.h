// SPDX-License-Identifier: MIT
//
// RFLAGS, the control registers and the model-specific registers the kernel uses.
// Sources: Intel SDM vol. 1, 3.4.3 (RFLAGS); vol. 3, 2.5 (CR0 to CR4), 2.2.1 (EFER).
#pragma once

#include <cstdint>

namespace kernel {

namespace rflags {
inline constexpr uint64_t kCarry = 1 << 0;
inline constexpr uint64_t kTrap = 1 << 8;             // TF: #DB after the next instruction
inline constexpr uint64_t kInterrupts = 1 << 9;       // IF: maskable interrupts are taken
inline constexpr uint64_t kDirection = 1 << 10;       // DF: string instructions run downwards
inline constexpr uint64_t kAlignmentCheck = 1 << 18;  // AC: with CR0.AM, #AC in ring 3

inline uint64_t read() {
  uint64_t value;
  asm volatile("pushfq; pop %0" : "=r"(value)::"memory");
  return value;
}

inline void write(uint64_t value) { asm volatile("push %0; popfq" : : "r"(value) : "memory", "cc"); }
}  // namespace rflags

namespace cr0 {
inline constexpr uint64_t kProtection = 1 << 0;  // PE
inline constexpr uint64_t kMonitorFpu = 1 << 1;  // MP: with TS set, WAIT too raises #NM
inline constexpr uint64_t kEmulateFpu =
    1 << 2;  // EM: every x87 instruction raises #NM, every SSE instruction #UD
inline constexpr uint64_t kTaskSwitched = 1 << 3;    // TS: the next x87 or SSE instruction raises #NM
inline constexpr uint64_t kNumericError = 1 << 5;    // NE: x87 errors arrive as #MF, not over IRQ 13
inline constexpr uint64_t kWriteProtect = 1 << 16;   // WP: read-only pages hold for ring 0 too
inline constexpr uint64_t kAlignmentMask = 1 << 18;  // AM
inline constexpr uint64_t kPaging = 1u << 31;        // PG

inline uint64_t read() {
  uint64_t value;
  asm volatile("mov %0, cr0" : "=r"(value));
  return value;
}
inline void write(uint64_t value) { asm volatile("mov cr0, %0" : : "r"(value) : "memory"); }
}  // namespace cr0

// CR2: the address whose translation raised the last page fault.
namespace cr2 {
inline uint64_t read() {
  uint64_t value;
  asm volatile("mov %0, cr2" : "=r"(value));
  return value;
}
}  // namespace cr2

// CR3: physical address of the top page table. Writing it also empties the TLB.
namespace cr3 {
inline uint64_t read() {
  uint64_t value;
  asm volatile("mov %0, cr3" : "=r"(value));
  return value;
}
inline void write(uint64_t value) { asm volatile("mov cr3, %0" : : "r"(value) : "memory"); }
}  // namespace cr3

namespace cr4 {
inline constexpr uint64_t kPhysicalAddressExtension = 1 << 5;  // PAE: 64-bit page table entries
inline constexpr uint64_t kFxsave = 1 << 9;                    // OSFXSR: SSE may be used
inline constexpr uint64_t kSimdExceptions = 1 << 10;           // OSXMMEXCPT: SSE errors raise #XM, not #UD

inline uint64_t read() {
  uint64_t value;
  asm volatile("mov %0, cr4" : "=r"(value));
  return value;
}
inline void write(uint64_t value) { asm volatile("mov cr4, %0" : : "r"(value) : "memory"); }
}  // namespace cr4

// DR6 says which of the reasons for #DB it was. The CPU sets bits and never clears them.
namespace dr6 {
inline constexpr uint64_t kSingleStep = 1 << 14;  // BS

inline uint64_t read() {
  uint64_t value;
  asm volatile("mov %0, dr6" : "=r"(value));
  return value;
}
inline void write(uint64_t value) { asm volatile("mov dr6, %0" : : "r"(value)); }
}  // namespace dr6

enum class Msr : uint32_t {
  efer = 0xc0000080,
};

namespace efer {
inline constexpr uint64_t kSystemCall = 1 << 0;       // SCE
inline constexpr uint64_t kLongModeEnable = 1 << 8;   // LME
inline constexpr uint64_t kLongModeActive = 1 << 10;  // LMA, set by the CPU
inline constexpr uint64_t kNoExecute = 1 << 11;       // NXE
}  // namespace efer

inline uint64_t rdmsr(Msr msr) {
  uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return uint64_t{high} << 32 | low;
}

inline void wrmsr(Msr msr, uint64_t value) {
  asm volatile("wrmsr" : : "c"(msr), "a"(uint32_t(value)), "d"(uint32_t(value >> 32)) : "memory");
}

}  // namespace kernel
