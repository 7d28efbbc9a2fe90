// SPDX-License-Identifier: MIT
//
// Gates of the interrupt descriptor table, 16 bytes each in long mode (Intel SDM vol. 3, 6.14.1).
//
// Some exceptions push an error code and some do not; an entry that expects the wrong thing would take RIP
// for CS. So a gate and an entry both carry in their type whether there is an error code, and only equals fit
// together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "arch/exception.h"
#include "arch/interrupt_frame.h"

namespace kernel {

enum class ErrorCode { none, pushed };

// Address of the code a gate leads to.
template <ErrorCode error_code>
struct Entry {
  uint64_t address;
};

// REQUIRES: the function is marked [[gnu::interrupt]].
inline Entry<ErrorCode::none> entry_of(InterruptFunction function) {
  return {reinterpret_cast<uint64_t>(function)};
}
inline Entry<ErrorCode::pushed> entry_of(ErrorCodeFunction function) {
  return {reinterpret_cast<uint64_t>(function)};
}

struct GateOptions {
  uint16_t code_selector;
  uint8_t stack = 0;      // 1 to 7: switch to this stack of the TSS (IST), whatever the stack was. 0: do not
  uint8_t privilege = 0;  // INT n is allowed from this ring inwards
  bool interrupts_off = true;  // an interrupt gate clears IF on entry, a trap gate leaves it
};

template <ErrorCode error_code>
class Gate {
 public:
  constexpr void open(Entry<error_code> entry, GateOptions options) {
    offset_15_0_ = static_cast<uint16_t>(entry.address);
    offset_31_16_ = static_cast<uint16_t>(entry.address >> 16);
    offset_63_32_ = static_cast<uint32_t>(entry.address >> 32);
    selector_ = options.code_selector;
    stack_ = options.stack & 7;
    const uint8_t type = options.interrupts_off ? 0xe : 0xf;  // 64-bit interrupt gate, 64-bit trap gate
    type_ = static_cast<uint8_t>(kPresent | (options.privilege & 3) << 5 | type);
  }

  // An event for a closed gate raises #NP with the vector in its error code.
  constexpr void close() { type_ = static_cast<uint8_t>(type_ & ~kPresent); }
  constexpr void reopen() { type_ |= kPresent; }

  constexpr bool is_open() const { return type_ & kPresent; }
  constexpr uint8_t stack() const { return stack_; }
  constexpr uint64_t target() const {
    return offset_15_0_ | uint64_t{offset_31_16_} << 16 | uint64_t{offset_63_32_} << 32;
  }

 private:
  static constexpr uint8_t kPresent = 1 << 7;

  uint16_t offset_15_0_ = 0;
  uint16_t selector_ = 0;
  uint8_t stack_ = 0;  // bits 2-0: IST; bits 7-3 must be 0
  uint8_t type_ = 0;   // bit 7: present; bits 6-5: privilege; bits 3-0: type
  uint16_t offset_31_16_ = 0;
  uint32_t offset_63_32_ = 0;
  uint32_t reserved_ [[maybe_unused]] = 0;
};
static_assert(sizeof(Gate<ErrorCode::none>) == 16 && sizeof(Gate<ErrorCode::pushed>) == 16);

using PlainGate = Gate<ErrorCode::none>;
using ErrorCodeGate = Gate<ErrorCode::pushed>;

// The whole table, in the order of the vectors.
struct InterruptTable {
  PlainGate divide_error;
  PlainGate debug;
  PlainGate non_maskable_interrupt;
  PlainGate breakpoint;
  PlainGate overflow;
  PlainGate bound_range;
  PlainGate invalid_opcode;
  PlainGate device_not_available;
  ErrorCodeGate double_fault;
  PlainGate coprocessor_segment_overrun;
  ErrorCodeGate invalid_tss;
  ErrorCodeGate segment_not_present;
  ErrorCodeGate stack_segment;
  ErrorCodeGate general_protection;
  ErrorCodeGate page_fault;
  PlainGate reserved_15;
  PlainGate x87_error;
  ErrorCodeGate alignment_check;
  PlainGate machine_check;
  PlainGate simd_error;
  PlainGate virtualization;
  ErrorCodeGate control_protection;
  std::array<PlainGate, 6> reserved_22_to_27;
  PlainGate hypervisor_injection;
  ErrorCodeGate vmm_communication;
  ErrorCodeGate security;
  PlainGate reserved_31;
  std::array<PlainGate, 256 - kExceptionCount> free;  // vectors 32 to 255: devices and INT n
};
static_assert(sizeof(InterruptTable) == 256 * 16);
static_assert(offsetof(InterruptTable, double_fault) == 8 * 16);
static_assert(offsetof(InterruptTable, page_fault) == 14 * 16);
static_assert(offsetof(InterruptTable, simd_error) == 19 * 16);
static_assert(offsetof(InterruptTable, security) == 30 * 16);
static_assert(offsetof(InterruptTable, free) == 32 * 16);

}  // namespace kernel
