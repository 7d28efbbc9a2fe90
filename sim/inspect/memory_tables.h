// SPDX-License-Identifier: GPL-2.0-or-later
// Memory as tables: stack, dump, call chain, code.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

// `words` words from the stack pointer up; return addresses carry the function they lead back to. Rows by
// address.
Table stack_table(const InspectContext&, std::size_t words = 32);

// `bytes` bytes from `address` on, 16 a row. Unmapped rows say why.
Table memory_table(const InspectContext&, VirtAddr address, std::size_t bytes = 256);
// The same at physical addresses.
Table physical_table(const InspectContext&, PhysAddr address, std::size_t bytes = 256);

// The calls that led here, innermost first; rows by frame number.
Table backtrace_table(const InspectContext&);

// Instructions around an address under their source lines.
Table code_table(const InspectContext&, VirtAddr around, std::size_t before = 8, std::size_t after = 24);

// The stack pointer and the instruction pointer as linear addresses: with their segments' bases outside of
// 64-bit code.
std::uint64_t linear_stack_pointer(const CpuState&);
std::uint64_t linear_instruction_pointer(const CpuState&);

// Whether the bytes before `address` can be a call (E8 rel32, FF /2 with its lengths): what lies on the stack
// then may well be its return address (SDM volume 2A, CALL).
bool follows_call(const GuestMemory&, std::uint64_t address);

// Registers for Symbols::backtrace.
UnwindRegisters unwind_registers(const CpuState&);

}  // namespace ringside
