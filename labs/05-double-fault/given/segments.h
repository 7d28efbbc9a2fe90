// SPDX-License-Identifier: MIT
//
// Steps 1 and 2: what long mode has left of segmentation. You write segments.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lab {

// A TSS descriptor takes two places of the GDT: its base has 64 bits.
struct TssDescriptor {
  uint64_t low;
  uint64_t high;
};

// Selectors are byte offsets into this table.
struct Gdt {
  uint64_t null;
  uint64_t code;
  uint64_t data;
  TssDescriptor tss;
};
inline constexpr uint16_t kCode = offsetof(Gdt, code);  // 0x08
inline constexpr uint16_t kData = offsetof(Gdt, data);  // 0x10
inline constexpr uint16_t kTss = offsetof(Gdt, tss);    // 0x18

// The task state segment in 64-bit mode: no tasks any more, only stacks.
struct [[gnu::packed]] TaskState {
  uint32_t reserved_0;
  uint64_t rsp[3];  // the stack for a change to ring 0, 1, 2
  uint64_t reserved_1;
  uint64_t ist[7];  // the stacks that a gate may ask for, by a number from 1 to 7
  uint64_t reserved_2;
  uint16_t reserved_3;
  uint16_t io_map_base;  // from sizeof(TaskState) on: there is no map of ports
};
static_assert(sizeof(TaskState) == 104);

// Step 1. Eight bytes as the manual draws them (SDM vol. 3, 3.4.5): present, for ring 0; code that may be
// read and is 64-bit; data that may be written.
uint64_t code_descriptor();
uint64_t data_descriptor();

// Step 2. An available 64-bit TSS for ring 0. `limit` is the offset of its last byte (3.5.2, 7.2.3).
TssDescriptor tss_descriptor(uint64_t base, uint32_t limit);

// Step 1: fills the GDT, makes the processor use it, and loads all segment registers anew.
// Step 2: fills the TSS, with fault_stack as interrupt stack kFaultStack, and loads the task register.
void load_segments();

// Yours, in segments.cpp.
extern Gdt gdt;
extern TaskState tss;

// --- given ---

// The stack for double faults, and its number in a gate.
alignas(16) inline constinit std::array<std::byte, 8192> fault_stack{};
inline constexpr uint8_t kFaultStack = 1;

// MOV cannot load CS; a far return can. The others are plain moves into DS, ES and SS.
void load_code_segment(uint16_t selector);
void load_data_segments(uint16_t selector);

// Before yours: a table as some boot loader may have left it, with code at 0x28 and data at 0x30 in use.
void use_segments_of_a_loader();

}  // namespace lab
