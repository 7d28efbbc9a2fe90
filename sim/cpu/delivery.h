// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery of exceptions and interrupts: from "vector 14 is to be delivered" to the first instruction of a
// handler, as a pure function of processor state and memory. It yields every micro-step on the way, so that a
// student can see why the machine did what it did, and the new state, which the machine then puts in force.
// Source: Intel SDM volume 3A chapter 6 (6.10 to 6.15), table 6-5 (double-fault conditions), 6.14 (64-bit
// mode), 7.7 (TSS).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/paging.h"
#include "sim/cpu/physical_memory.h"

namespace ringside {

// Where an event comes from decides the checks of the gate (DPL for software only), RF in the saved RFLAGS
// and EXT.
enum class Source : std::uint8_t {
  fault,         // the saved RIP is that of the instruction, which runs again
  trap,          // the saved RIP is behind the instruction (#DB single step, data breakpoints)
  abort,         // #DF
  software_int,  // INT n, INT3 (CC), INTO: gate DPL is checked, EXT is 0
  icebp,         // INT1 (F1): like a trap, no DPL check
  external,      // the PIC or APIC through INTR
  nmi,
};

// One thing to be delivered. `CpuState::rip` handed to deliver() is the RIP to be pushed.
struct Exception {
  std::uint8_t vector = 0;
  Source source = Source::fault;
  std::uint32_t error_code = 0;      // used where pushes_error_code(vector) and the source is fault or abort
  std::optional<std::uint64_t> cr2;  // of a page fault: the linear address, put into CR2
  std::uint64_t dr6 = 0;             // of a #DB: bits ORed into DR6
  // Of software_int and icebp: length of the instruction, which lies in front of RIP. When its own delivery
  // raises a fault, that fault saves the RIP of the instruction (SDM 6.5).
  std::uint8_t instruction_bytes = 0;
  bool operator==(const Exception&) const = default;
};

bool pushes_error_code(std::uint8_t vector);      // 8, 10, 11, 12, 13, 14, 17, 21
const char* mnemonic(std::uint8_t vector);        // "#DE", "#PF", ...; "" above 31
const char* exception_name(std::uint8_t vector);  // "Divide Error", ...; "interrupt" above 31

enum class MicroStepKind : std::uint8_t {
  recognise,     // value = error code, address = linear address of a #PF
  idt_limit,     // value = offset of the gate's last byte, value2 = IDTR limit
  gate_read,     // address = gate, size 16 (long mode), 8 or 4 (real mode), value, value2 = low, high half
  gate_type,     // value = type field with the S bit; 5, a task gate, fails at target_descriptor
  gate_dpl,      // software interrupts: value = gate DPL, value2 = CPL
  gate_present,  // value = P
  target_descriptor,  // address = descriptor in GDT/LDT, value = descriptor, value2 = selector
  target_check,       // code segment, DPL <= CPL, present, L and D; value = new CPL
  stack_same,         // value = RSP kept
  stack_from_ist,     // address = TSS field, value = RSP read, value2 = IST index 1-7
  stack_from_tss,     // address = TSS field, value = RSP read, value2 = privilege level 0-2
  stack_segment,      // SS of the new level: value2 = selector (null in long mode), value = descriptor
  stack_align,        // value = RSP before, value2 = RSP after (16 bytes)
  push,               // address, size, value; what says which field
  load_cs,            // value = selector, value2 = CPL
  load_flags,         // value = RFLAGS before, value2 = after (IF by an interrupt gate, TF, NT, RF, VM)
  jump,               // value = RIP of the handler
  nested_fault,       // this attempt failed: vector, value = error code of what it raised, address = where
};

enum class Pushed : std::uint8_t { none, ss, rsp, rflags, cs, rip, error_code, gs, fs, ds, es };

struct MicroStep {
  MicroStepKind kind = MicroStepKind::recognise;
  bool ok = true;           // false: this step is where the attempt failed
  std::uint8_t vector = 0;  // being delivered; for nested_fault: the one that was raised
  Pushed what = Pushed::none;
  std::uint8_t size = 0;  // bytes read or pushed
  VirtAddr address;
  std::uint64_t value = 0, value2 = 0;
  std::optional<Walk> walk;  // of the memory access that failed by a page fault
};

// What became of one attempt.
enum class AttemptEnd : std::uint8_t {
  delivered,     // the handler's first instruction is next
  replaced,      // a second exception arose; table 6-5 says: handle the second one instead ("serially")
  double_fault,  // table 6-5 says: deliver #DF
  triple_fault,  // raised while delivering #DF: the processor shuts down
};

struct Attempt {
  Exception exception;
  std::vector<MicroStep> steps;
  AttemptEnd end = AttemptEnd::delivered;
};

struct MemoryWrite {
  PhysAddr address;
  VirtAddr linear;  // 0 for accessed and dirty bits
  std::uint64_t value = 0;
  std::uint8_t size = 0;
};

struct Delivery {
  CpuState before;
  std::vector<Attempt> attempts;    // the first is what was asked for; each further one grew out of the last
  std::vector<MemoryWrite> writes;  // pushes, accessed and dirty bits, in order
  CpuState after;                   // in force when delivered; on a triple fault, the state the chain left
  bool triple_fault() const { return attempts.back().end == AttemptEnd::triple_fault; }
};

// REQUIRES: cpu.rip is the RIP to be saved. Changes nothing; put `writes` and `after` in force to carry it
// out. Handles long mode (64-bit and compatibility code), protected mode with 32-bit and 16-bit gates,
// virtual-8086 and real mode. A task gate raises #GP on its selector (hardware task switches are not
// modelled). Left to the caller: the IOPL check of INT n in virtual-8086 mode, which the instruction makes
// before anything is delivered, and RF in cpu.rflags when an interrupt breaks into a repeated string
// instruction (SDM 17.3.1.1). Pages are walked afresh in memory: a translation that only a TLB still knows is
// not used.
Delivery deliver(const CpuState& cpu, const PhysicalMemory& memory, const Exception& exception);

// Table 6-5: what a second exception during the delivery of the first leads to.
enum class Combination : std::uint8_t { serial, double_fault, triple_fault };
Combination combine(std::uint8_t first, std::uint8_t second);

}  // namespace ringside
