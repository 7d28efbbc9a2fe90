// SPDX-License-Identifier: MIT
//
// The global descriptor table and the task state segment: what long mode has left of segmentation.
//
// Base and limit of code and data no longer count. What is left: a code segment says 64-bit and which ring, a
// TSS says which stacks the CPU switches to. Sources: Intel SDM vol. 3, 3.4.5, 3.5.2 (descriptors), 7.7 (TSS
// in 64-bit mode).
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernel {

// Task state segment: no tasks any more, only stacks.
struct [[gnu::packed]] TaskStateSegment {
  uint32_t reserved_0 = 0;
  uint64_t rsp[3] = {};  // the stack for a change to ring 0, 1, 2
  uint64_t reserved_1 = 0;
  uint64_t ist[7] = {};  // the stack for gates that ask for number 1 to 7; ist[0] is number 1
  uint64_t reserved_2 = 0;
  uint16_t reserved_3 = 0;
  uint16_t io_map_base = sizeof(TaskStateSegment);  // behind the end: no I/O permission map
};
static_assert(sizeof(TaskStateSegment) == 104);
static_assert(offsetof(TaskStateSegment, rsp) == 4);
static_assert(offsetof(TaskStateSegment, ist) == 36);
static_assert(offsetof(TaskStateSegment, io_map_base) == 102);

// Eight bytes of the GDT, named as in SDM vol. 3, figure 3-8.
struct SegmentDescriptor {
  uint64_t bits = 0;

  enum class Type : uint64_t { code = 0b1010, data = 0b0010 };  // execute and read; read and write
  static constexpr uint64_t kCodeOrData = uint64_t{1} << 44;    // S
  static constexpr uint64_t kPresent = uint64_t{1} << 47;       // P
  static constexpr uint64_t kLong = uint64_t{1} << 53;          // L: 64-bit code

  static constexpr SegmentDescriptor segment(Type type, unsigned ring) {
    return {kPresent | kCodeOrData | uint64_t{ring} << 45 | static_cast<uint64_t>(type) << 40 |
            (type == Type::code ? kLong : 0)};
  }
  constexpr SegmentDescriptor without_present() const { return {bits & ~kPresent}; }
};
static_assert(SegmentDescriptor::segment(SegmentDescriptor::Type::code, 0).bits == 0x00209a0000000000);
static_assert(SegmentDescriptor::segment(SegmentDescriptor::Type::data, 3).bits == 0x0000f20000000000);

// A TSS descriptor takes two places of the GDT: its base has 64 bits.
struct TssDescriptor {
  uint64_t low = 0;
  uint64_t high = 0;

  static constexpr TssDescriptor at(uint64_t base, uint32_t limit) {
    constexpr uint64_t kAvailable64BitTss = 0b1001;
    return {(limit & 0xffff) | (base & 0xffffff) << 16 | kAvailable64BitTss << 40 |
                SegmentDescriptor::kPresent | uint64_t{limit >> 16 & 0xf} << 48 | (base >> 24 & 0xff) << 56,
            base >> 32};
  }
};

struct GlobalDescriptorTable {
  SegmentDescriptor null;
  SegmentDescriptor kernel_code = SegmentDescriptor::segment(SegmentDescriptor::Type::code, 0);
  SegmentDescriptor kernel_data = SegmentDescriptor::segment(SegmentDescriptor::Type::data, 0);
  SegmentDescriptor user_data = SegmentDescriptor::segment(SegmentDescriptor::Type::data, 3);
  SegmentDescriptor user_code = SegmentDescriptor::segment(SegmentDescriptor::Type::code, 3);
  SegmentDescriptor absent_data = kernel_data.without_present();  // loading it raises #NP, into SS #SS
  TssDescriptor tss;
};

// A selector: byte offset of the descriptor, and in bits 1-0 the ring that asks.
inline constexpr uint16_t kKernelCode = offsetof(GlobalDescriptorTable, kernel_code);
inline constexpr uint16_t kKernelData = offsetof(GlobalDescriptorTable, kernel_data);
inline constexpr uint16_t kUserData = offsetof(GlobalDescriptorTable, user_data) | 3;
inline constexpr uint16_t kUserCode = offsetof(GlobalDescriptorTable, user_code) | 3;
inline constexpr uint16_t kAbsentData = offsetof(GlobalDescriptorTable, absent_data);
inline constexpr uint16_t kTss = offsetof(GlobalDescriptorTable, tss);
static_assert(kKernelCode == 0x08 && kKernelData == 0x10,
              "as in the GDT of boot.S: a change of tables changes no selector");

// Stacks that the CPU switches to by itself, by number in a gate.
enum class InterruptStack : uint8_t { double_fault = 1, non_maskable_interrupt = 2, machine_check = 3 };

extern GlobalDescriptorTable gdt;
extern TaskStateSegment tss;

// Fills the TSS, makes the CPU use both tables, and reloads the segment registers.
void load_segments();

// Loads the TSS again with another limit. With one that is too small, a switch of stacks raises #TS.
void load_tss_with_limit(uint32_t limit);

}  // namespace kernel
