// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/view/micro_step_text.h"

#include <fmt/format.h>

#include "sim/inspect/table.h"

namespace ringside {
namespace {

std::string hex(std::uint64_t v) { return fmt::format("{:#x}", v); }

std::string vector_name(std::uint8_t vector) {
  return vector < 32 && *mnemonic(vector) ? mnemonic(vector) : fmt::format("vector {}", vector);
}

// Where a walk stopped: "PD[5] at 0x3028: not present".
std::string walk_text(const Walk& walk) {
  if (walk.ok()) return {};
  if (walk.count == 0) return name(walk.fault);
  const WalkEntry& e = walk.entries[walk.count - 1];
  return fmt::format("{}[{}] at {:#x}: {}", level_name(walk.paging, e.level), e.index, e.address.value,
                     name(walk.fault));
}

const char* gate_type(std::uint64_t type) {
  switch (type) {
    case 0x5: return "task gate";
    case 0x6: return "16-bit interrupt gate";
    case 0x7: return "16-bit trap gate";
    case 0xE: return "interrupt gate: IF goes off";
    case 0xF: return "trap gate: IF stays";
    default: return "no gate that an event may use";
  }
}

}  // namespace

const char* name(Pushed what) {
  constexpr const char* kNames[] = {"",           "SS", "RSP", "RFLAGS", "CS", "RIP",
                                    "error code", "GS", "FS",  "DS",     "ES"};
  return kNames[static_cast<unsigned>(what)];
}

const char* name(AttemptEnd end) {
  switch (end) {
    case AttemptEnd::delivered: return "delivered";
    case AttemptEnd::replaced: return "replaced by the next one";
    case AttemptEnd::double_fault: return "becomes a double fault";
    case AttemptEnd::triple_fault: return "triple fault: the processor shuts down";
  }
  return "";
}

const char* name(Source source) {
  switch (source) {
    case Source::fault: return "a fault: the saved RIP is that of the instruction";
    case Source::trap: return "a trap: the saved RIP is behind the instruction";
    case Source::abort: return "an abort: there is no way back";
    case Source::software_int: return "an INT instruction";
    case Source::icebp: return "an INT1 instruction";
    case Source::external: return "a device, through the PIC";
    case Source::nmi: return "the non-maskable interrupt";
  }
  return "";
}

std::string headline(const MicroStep& s) {
  switch (s.kind) {
    case MicroStepKind::recognise: return vector_name(s.vector) + " is recognised";
    case MicroStepKind::idt_limit: return fmt::format("Gate {} inside the IDT?", s.vector);
    case MicroStepKind::gate_read: return fmt::format("Read gate {} at {}", s.vector, hex(s.address.value));
    case MicroStepKind::gate_type: return "Its type";
    case MicroStepKind::gate_dpl: return "May this ring use it?";
    case MicroStepKind::gate_present: return "Is the gate present?";
    case MicroStepKind::target_descriptor:
      return fmt::format("Code segment {:#06x} at {}", s.value2, hex(s.address.value));
    case MicroStepKind::target_check: return "Its type and ring";
    case MicroStepKind::stack_same: return "Stay on this stack";
    case MicroStepKind::stack_from_ist: return fmt::format("Stack from IST {} of the TSS", s.value2);
    case MicroStepKind::stack_from_tss: return fmt::format("Stack for ring {} from the TSS", s.value2);
    case MicroStepKind::stack_segment: return fmt::format("SS = {:#06x}", s.value2);
    case MicroStepKind::stack_align: return "Align RSP to 16 bytes";
    case MicroStepKind::push: return fmt::format("Push {}", name(s.what));
    case MicroStepKind::load_cs: return fmt::format("CS = {:#06x}, ring {}", s.value, s.value2);
    case MicroStepKind::load_flags: return "Change RFLAGS";
    case MicroStepKind::jump: return "RIP = handler";
    case MicroStepKind::nested_fault: return vector_name(s.vector) + " while delivering";
  }
  return {};
}

std::string detail(const MicroStep& s) {
  const std::string stopped = s.walk ? walk_text(*s.walk) : "";
  switch (s.kind) {
    case MicroStepKind::recognise: return error_code_text(s.vector, static_cast<std::uint32_t>(s.value));
    case MicroStepKind::idt_limit: return fmt::format("last byte at {:#x}, limit {:#x}", s.value, s.value2);
    case MicroStepKind::gate_read: return stopped;
    case MicroStepKind::gate_type: return gate_type(s.value);
    case MicroStepKind::gate_dpl: return fmt::format("gate's DPL {}, CPL {}", s.value, s.value2);
    case MicroStepKind::gate_present: return s.ok ? "yes" : "no";
    case MicroStepKind::target_descriptor: return stopped;
    case MicroStepKind::target_check:
      return s.ok ? fmt::format("64-bit or fitting code, ring {}", s.value)
                  : "not a code segment to enter here";
    case MicroStepKind::stack_same: return fmt::format("RSP = {}", hex(s.value));
    case MicroStepKind::stack_from_ist:
    case MicroStepKind::stack_from_tss:
      return stopped.empty() ? fmt::format("RSP = {}", hex(s.value)) : stopped;
    case MicroStepKind::stack_segment: return (s.value2 & ~3ull) == 0 ? "null, as long mode has it" : "";
    case MicroStepKind::stack_align: return fmt::format("{} \u2192 {}", hex(s.value), hex(s.value2));
    case MicroStepKind::push:
      return stopped.empty() ? fmt::format("{} at {}", hex(s.value), hex(s.address.value)) : stopped;
    case MicroStepKind::load_cs: return {};
    case MicroStepKind::load_flags: {
      std::string gone;
      for (const auto& [bit, word] : {std::pair{9, "IF"}, {8, "TF"}, {14, "NT"}, {16, "RF"}, {17, "VM"}})
        if ((s.value >> bit & 1) && !(s.value2 >> bit & 1))
          gone += gone.empty() ? word : std::string(", ") + word;
      return gone.empty() ? "nothing to clear" : gone + " off";
    }
    case MicroStepKind::jump: return hex(s.value);
    case MicroStepKind::nested_fault: return error_code_text(s.vector, static_cast<std::uint32_t>(s.value));
  }
  return {};
}

std::string error_code_text(std::uint8_t vector, std::uint32_t e) {
  if (vector == 14)
    return fmt::format("{}, {}, {}{}{}",
                       e & 16  ? "fetch"
                       : e & 2 ? "write"
                               : "read",
                       e & 1 ? "a right is missing" : "not present", e & 4 ? "user" : "kernel",
                       e & 8 ? ", reserved bit set" : "", e & 32 ? ", protection key" : "");
  if (vector == 10 || vector == 11 || vector == 12 || vector == 13) {
    if (e == 0) return "error code 0";
    const char* table = e & 2 ? "gate of the IDT" : e & 4 ? "entry of the LDT" : "entry of the GDT";
    return fmt::format("{} {}{}", table, e >> 3, e & 1 ? ", while delivering another" : "");
  }
  return pushes_error_code(vector) ? fmt::format("error code {:#x}", e) : "";
}

}  // namespace ringside
