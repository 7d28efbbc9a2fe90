// SPDX-License-Identifier: GPL-2.0-or-later
// The table of exceptions (SDM volume 3A table 6-1; 6.15 for the error codes).
#include <array>

#include "sim/cpu/delivery.h"

namespace ringside {
namespace {

struct Row {
  const char* mnemonic;
  const char* name;
  bool error_code = false;
};
constexpr Row kReserved{"", "reserved"};

constexpr std::array<Row, 32> kRows{{
    {"#DE", "Divide Error"},
    {"#DB", "Debug Exception"},
    {"NMI", "Non-Maskable Interrupt"},
    {"#BP", "Breakpoint"},
    {"#OF", "Overflow"},
    {"#BR", "BOUND Range Exceeded"},
    {"#UD", "Invalid Opcode"},
    {"#NM", "Device Not Available"},
    {"#DF", "Double Fault", true},
    {"", "Coprocessor Segment Overrun"},
    {"#TS", "Invalid TSS", true},
    {"#NP", "Segment Not Present", true},
    {"#SS", "Stack-Segment Fault", true},
    {"#GP", "General Protection", true},
    {"#PF", "Page Fault", true},
    kReserved,
    {"#MF", "x87 Floating-Point Error"},
    {"#AC", "Alignment Check", true},
    {"#MC", "Machine Check"},
    {"#XM", "SIMD Floating-Point Exception"},
    {"#VE", "Virtualization Exception"},
    {"#CP", "Control Protection", true},
    kReserved,
    kReserved,
    kReserved,
    kReserved,
    kReserved,
    kReserved,
    kReserved,
    kReserved,
    kReserved,
    kReserved,
}};

}  // namespace

bool pushes_error_code(std::uint8_t vector) { return vector < kRows.size() && kRows[vector].error_code; }
const char* mnemonic(std::uint8_t vector) { return vector < kRows.size() ? kRows[vector].mnemonic : ""; }
const char* exception_name(std::uint8_t vector) {
  return vector < kRows.size() ? kRows[vector].name : "interrupt";
}

}  // namespace ringside
