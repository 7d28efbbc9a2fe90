// SPDX-License-Identifier: MIT
//
// The 32 vectors that the CPU keeps for itself. Source: Intel SDM vol. 3, 6.15 and table 6-1; AMD APM vol.
// 2, 8.2 for vectors 28 to 30.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kernel {

enum class Exception : uint8_t {
  divide_error = 0,
  debug = 1,
  non_maskable_interrupt = 2,
  breakpoint = 3,
  overflow = 4,
  bound_range = 5,
  invalid_opcode = 6,
  device_not_available = 7,
  double_fault = 8,
  coprocessor_segment_overrun = 9,
  invalid_tss = 10,
  segment_not_present = 11,
  stack_segment = 12,
  general_protection = 13,
  page_fault = 14,
  x87_error = 16,
  alignment_check = 17,
  machine_check = 18,
  simd_error = 19,
  virtualization = 20,
  control_protection = 21,
  hypervisor_injection = 28,
  vmm_communication = 29,
  security = 30,
};
inline constexpr unsigned kExceptionCount = 32;

// A fault points at the instruction that failed: mend the cause, return, and it runs again. A trap points
// behind it. After an abort there is nothing to go back to.
enum class ExceptionClass : uint8_t { fault, trap, abort, interrupt };

struct ExceptionInfo {
  std::string_view mnemonic;
  std::string_view name;
  ExceptionClass kind = ExceptionClass::fault;
  bool pushes_error_code = false;
};

inline constexpr std::array<ExceptionInfo, kExceptionCount> kExceptions = [] {
  using enum ExceptionClass;
  std::array<ExceptionInfo, kExceptionCount> table;
  table.fill({"#--", "reserved vector"});
  const auto set = [&](Exception exception, ExceptionInfo info) {
    table[static_cast<uint8_t>(exception)] = info;
  };
  set(Exception::divide_error, {"#DE", "divide error"});
  set(Exception::debug, {"#DB", "debug", trap});
  set(Exception::non_maskable_interrupt, {"NMI", "non-maskable interrupt", interrupt});
  set(Exception::breakpoint, {"#BP", "breakpoint", trap});
  set(Exception::overflow, {"#OF", "overflow", trap});
  set(Exception::bound_range, {"#BR", "BOUND range exceeded"});
  set(Exception::invalid_opcode, {"#UD", "invalid opcode"});
  set(Exception::device_not_available, {"#NM", "device not available"});
  set(Exception::double_fault, {"#DF", "double fault", abort, true});
  set(Exception::coprocessor_segment_overrun, {"#MP", "coprocessor segment overrun"});
  set(Exception::invalid_tss, {"#TS", "invalid TSS", fault, true});
  set(Exception::segment_not_present, {"#NP", "segment not present", fault, true});
  set(Exception::stack_segment, {"#SS", "stack-segment fault", fault, true});
  set(Exception::general_protection, {"#GP", "general protection", fault, true});
  set(Exception::page_fault, {"#PF", "page fault", fault, true});
  set(Exception::x87_error, {"#MF", "x87 floating-point error"});
  set(Exception::alignment_check, {"#AC", "alignment check", fault, true});
  set(Exception::machine_check, {"#MC", "machine check", abort});
  set(Exception::simd_error, {"#XM", "SIMD floating-point error"});
  set(Exception::virtualization, {"#VE", "virtualization"});
  set(Exception::control_protection, {"#CP", "control protection", fault, true});
  set(Exception::hypervisor_injection, {"#HV", "hypervisor injection"});
  set(Exception::vmm_communication, {"#VC", "VMM communication", fault, true});
  set(Exception::security, {"#SX", "security", fault, true});
  return table;
}();

constexpr bool pushes_error_code(Exception exception) {
  return kExceptions[static_cast<uint8_t>(exception)].pushes_error_code;
}

// Error code of #PF (Intel SDM vol. 3, 4.7).
struct PageFaultError {
  uint64_t bits;
  constexpr bool page_was_present() const { return bits & 1 << 0; }
  constexpr bool was_write() const { return bits & 1 << 1; }
  constexpr bool from_ring_3() const { return bits & 1 << 2; }
  constexpr bool reserved_bit_set() const { return bits & 1 << 3; }
  constexpr bool was_fetch() const { return bits & 1 << 4; }
};

// Error code of #TS, #NP, #SS, #GP: which descriptor (Intel SDM vol. 3, 6.13). 0 = no descriptor to blame.
struct SelectorError {
  uint64_t bits;
  enum class Table { gdt, idt, ldt };
  constexpr bool from_outside() const { return bits & 1 << 0; }  // EXT: while delivering another event
  constexpr Table table() const {
    return bits & 1 << 1 ? Table::idt : bits & 1 << 2 ? Table::ldt : Table::gdt;
  }
  constexpr unsigned index() const { return static_cast<unsigned>(bits >> 3 & 0x1fff); }
};

}  // namespace kernel
