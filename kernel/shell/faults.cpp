// SPDX-License-Identifier: MIT
#include "shell/faults.h"

#include <array>

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/machine.h"
#include "arch/mistakes.h"
#include "arch/segments.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "memory/kernel_map.h"
#include "memory/layout.h"
#include "shell/memory_mistakes.h"

namespace kernel {
namespace {

constexpr uint64_t kUnmapped = 0x0000'1234'5678'9000;
constexpr uint64_t kNotCanonical = 0x8000'0000'0000'0000;

alignas(kPageBytes) constinit std::array<std::byte, kPageBytes> victim_page{};
constinit uint64_t victim_data = 0;
const uint64_t victim_constant = 0x1234;

void divide_by_zero() { mistakes::divide(1, 0); }

void single_step() { rflags::write(rflags::read() | rflags::kTrap); }

void use_fpu_after_task_switch() {
  cr0::write(cr0::read() | cr0::kTaskSwitched);
  fnop();
}

// The page fault cannot be delivered, which raises #NP on the way; and of these two the CPU makes a double
// fault.
void page_fault_with_closed_gate() {
  idt.page_fault.close();
  mistakes::read(kUnmapped);
}

void switch_stacks_with_short_tss() {
  load_tss_with_limit(0x20);
  int_n<static_cast<uint8_t>(Exception::non_maskable_interrupt)>();
}

void load_absent_segment() { mistakes::load_fs(kAbsentData); }
void load_absent_stack_segment() { mistakes::load_ss(kAbsentData); }
void load_selector_behind_gdt() { mistakes::load_fs(0x200); }

void read_not_canonical() { mistakes::read(kNotCanonical); }
void read_not_canonical_stack() { mistakes::read_through_stack_pointer(kNotCanonical); }

void read_unmapped_page() { mistakes::read(kUnmapped); }
void write_through_null() { mistakes::write(0, 1); }
void write_constant() { mistakes::write(reinterpret_cast<uint64_t>(&victim_constant), 1); }
void write_code() { mistakes::write(reinterpret_cast<uint64_t>(&write_code), 1); }
void execute_data() { mistakes::call(reinterpret_cast<uint64_t>(&victim_data)); }

void read_page_with_reserved_bit() {
  const VirtualAddress page = VirtualAddress::of(victim_page.data());
  PageTableEntry& entry = *kernel_mapper.entry_of(page);
  constexpr uint64_t kBeyondThisCpu = uint64_t{1} << 51;  // CPUs with fewer address lines demand 0 here
  entry = {PhysicalAddress(entry.target().value() | kBeyondThisCpu), PageFlag::present};
  invlpg(page.value());
  mistakes::read(page.value());
}

// Each call needs a stack frame, and the page below the stack is not mapped.
[[gnu::noinline]] uint64_t recurse_for_ever(uint64_t depth) {
  volatile uint64_t in_the_frame[24] = {depth};
  if (depth == ~uint64_t{0}) return 0;
  return recurse_for_ever(depth + 1) + in_the_frame[0];
}

void overflow_stack() { recurse_for_ever(0); }

void index_behind_the_end() {
  static constinit std::array<int, 4> four{};
  for (size_t i = 0; i <= four.size(); ++i) four[i] = 1;
}

void panic_by_hand() { panic("somebody asked for it"); }

struct Fault {
  std::string_view name;
  std::string_view exception;
  std::string_view how;
  void (*raise)();
  bool returns = false;
};

constexpr Fault kFaults[] = {
    {"de", "#DE", "divide 1 by 0", divide_by_zero},
    {"db", "#DB", "single step", single_step, true},
    {"nmi", "NMI", "INT 2", int_n<2>},
    {"bp", "#BP", "INT3", int3, true},
    {"of", "#OF", "INT 4", int_n<4>, true},  // 64-bit mode has no INTO
    {"br", "#BR", "INT 5", int_n<5>},        // and no BOUND
    {"ud", "#UD", "UD2", ud2},
    {"nm", "#NM", "x87 with CR0.TS set", use_fpu_after_task_switch},
    {"df", "#DF", "#PF with its gate shut", page_fault_with_closed_gate},
    {"ts", "#TS", "TSS too short for IST", switch_stacks_with_short_tss},
    {"np", "#NP", "absent segment in FS", load_absent_segment},
    {"ss", "#SS", "absent segment in SS", load_absent_stack_segment},
    {"ss0", "#SS", "RBP not canonical", read_not_canonical_stack},
    {"gp", "#GP", "address not canonical", read_not_canonical},
    {"gpsel", "#GP", "selector behind GDT", load_selector_behind_gdt},
    {"pf", "#PF", "read an unmapped page", read_unmapped_page},
    {"null", "#PF", "null pointer", write_through_null},
    {"ro", "#PF", "write to a constant", write_constant},
    {"text", "#PF", "write to code", write_code},
    {"nx", "#PF", "execute data", execute_data},
    {"rsvd", "#PF", "reserved bit in entry", read_page_with_reserved_bit},
    {"mf", "#MF", "x87: 1/0 not masked", mistakes::divide_x87},
    {"mc", "#MC", "INT 18", int_n<18>},
    {"xm", "#XM", "SSE: 1/0 not masked", mistakes::divide_sse},
    {"overflow", "#DF", "endless recursion", overflow_stack},
    {"triple", "reset", "fault with empty IDT", triple_fault},
    {"bounds", "panic", "index out of bounds", index_behind_the_end},
    {"panic", "panic", "panic()", panic_by_hand},
    {"guard", "#PF", "below a thread's stack", touch_guard_page_of_a_thread},
    {"overrun", "panic", "write past a heap block", write_past_a_block},
    {"double", "panic", "delete twice", release_twice},
    {"frame", "panic", "release a frame twice", release_a_frame_twice},
};

}  // namespace

// In two columns: the screen has only 25 rows.
void list_faults() {
  constexpr size_t kRows = (std::size(kFaults) + 1) / 2;
  for (size_t row = 0; row < kRows; ++row) {
    for (size_t i = row; i < std::size(kFaults); i += kRows) {
      const Fault& fault = kFaults[i];
      print("{:9}{:6}{}{:23}", fault.name, fault.exception, fault.returns ? '*' : ' ', fault.how);
    }
    print("\n");
  }
  print("* comes back to the prompt; the others panic\n");
}

bool raise_fault(std::string_view name) {
  for (const Fault& fault : kFaults) {
    if (fault.name != name) continue;
    fault.raise();
    if (!fault.returns) print("this CPU raised no exception\n");
    return true;
  }
  return false;
}

}  // namespace kernel
