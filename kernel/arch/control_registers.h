// SPDX-License-Identifier: MIT
//
// RFLAGS, the control registers, and DR6. Model-specific registers have a file of their own.
// Sources: Intel SDM vol. 1, 3.4.3 (RFLAGS); vol. 3, 2.5 (CR0 to CR4), 17.2.3 (DR6).
#pragma once

#include <cstdint>

#include "arch/register_bits.h"

namespace kernel {

// Plain numbers, as they stand in every saved frame.
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
using Value = RegisterBits<struct Cr0>;
inline constexpr Value kProtection = Value::bit(0);  // PE
inline constexpr Value kMonitorFpu = Value::bit(1);  // MP: with TS set, WAIT too raises #NM
inline constexpr Value kEmulateFpu =
    Value::bit(2);  // EM: every x87 instruction raises #NM, every SSE instruction #UD
inline constexpr Value kTaskSwitched = Value::bit(3);    // TS: the next x87 or SSE instruction raises #NM
inline constexpr Value kNumericError = Value::bit(5);    // NE: x87 errors arrive as #MF, not over IRQ 13
inline constexpr Value kWriteProtect = Value::bit(16);   // WP: read-only pages hold for ring 0 too
inline constexpr Value kAlignmentMask = Value::bit(18);  // AM
inline constexpr Value kPaging = Value::bit(31);         // PG

inline Value read() {
  uint64_t value;
  asm volatile("mov %0, cr0" : "=r"(value));
  return Value(value);
}
inline void write(Value value) { asm volatile("mov cr0, %0" : : "r"(value.value()) : "memory"); }
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
using Value = RegisterBits<struct Cr4>;
inline constexpr Value kPhysicalAddressExtension = Value::bit(5);  // PAE: 64-bit page table entries
inline constexpr Value kFxsave = Value::bit(9);                    // OSFXSR: SSE may be used
inline constexpr Value kSimdExceptions = Value::bit(10);  // OSXMMEXCPT: SSE errors raise #XM, not #UD

inline Value read() {
  uint64_t value;
  asm volatile("mov %0, cr4" : "=r"(value));
  return Value(value);
}
inline void write(Value value) { asm volatile("mov cr4, %0" : : "r"(value.value()) : "memory"); }
}  // namespace cr4

// DR6 says which of the reasons for #DB it was. The CPU sets bits and never clears them.
namespace dr6 {
using Value = RegisterBits<struct Dr6>;
inline constexpr Value kSingleStep = Value::bit(14);  // BS

inline Value read() {
  uint64_t value;
  asm volatile("mov %0, dr6" : "=r"(value));
  return Value(value);
}
inline void write(Value value) { asm volatile("mov dr6, %0" : : "r"(value.value())); }
}  // namespace dr6

}  // namespace kernel
