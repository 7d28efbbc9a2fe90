// SPDX-License-Identifier: GPL-2.0-or-later
// One micro-step of a delivery in words. Source of the checks: Intel SDM volume 3A 6.11 to 6.14.
#include <fmt/format.h>

#include "sim/base/bits.h"
#include "sim/inspect/event_tables.h"
#include "sim/inspect/guest_memory.h"
#include "sim/inspect/segment_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

std::string flags_gone(std::uint64_t before, std::uint64_t after) {
  std::string words;
  for (const auto& [index, name] :
       {std::pair{9u, "IF"}, {8u, "TF"}, {14u, "NT"}, {16u, "RF"}, {17u, "VM"}, {18u, "AC"}})
    if (bit(before, index) && !bit(after, index)) words += (words.empty() ? "" : ", ") + std::string(name);
  return words;
}

// Why the access of this step failed, when it was a page fault or its like.
std::string stopped(const MicroStep& s) {
  if (!s.walk || s.walk->ok()) return {};
  if (s.walk->fault == WalkFault::non_canonical)
    return fmt::format("{:#x} is not a canonical address", s.address.value);
  return fmt::format("the page walk of {:#x} stopped at {}: {}", s.walk->address.value, last_entry(*s.walk),
                     name(s.walk->fault));
}

bool gate_is_empty(const Attempt& attempt) {
  for (const MicroStep& s : attempt.steps)
    if (s.kind == MicroStepKind::gate_read) return s.value == 0 && s.value2 == 0;
  return false;
}

}  // namespace

StepWords step_words(const MicroStep& s, const Attempt& a, const CpuState& before, const Symbols& symbols) {
  const bool long_mode = before.efer & efer::lma;
  const bool real = !(before.cr0 & cr0::pe);
  const char* sp = long_mode ? "RSP" : "ESP";
  const std::string subject = vector_words(s.vector);
  const std::string at = fmt::format("{:#x}", s.address.value);
  const std::string why = stopped(s);
  StepWords w;
  switch (s.kind) {
    case MicroStepKind::recognise: {
      w.what = "Recognise " + subject;
      w.detail = error_code_words(s.vector, static_cast<std::uint32_t>(s.value));
      w.sentence = fmt::format("The processor recognises {}: {}.", vector_long_name(s.vector),
                               source_words(a.exception.source));
      if (a.exception.cr2) w.sentence += fmt::format(" CR2 is set to {:#x}.", *a.exception.cr2);
      break;
    }
    case MicroStepKind::idt_limit:
      w.what = fmt::format("Is gate {} inside the IDT?", s.vector);
      w.detail = fmt::format("its last byte is at offset {:#x}, the limit is {:#x}", s.value, s.value2);
      w.sentence = s.ok ? fmt::format("Gate {} lies within the limit of the IDT.", s.vector)
                        : fmt::format("The IDT limit is {}, so there is no gate for vector {}.",
                                      s.value2 ? fmt::format("{:#x}", s.value2) : "0", s.vector);
      break;
    case MicroStepKind::gate_read:
      w.what = real ? fmt::format("Read vector {}", s.vector) : fmt::format("Read gate {}", s.vector);
      w.detail = why.empty() ? (s.size == 16 ? fmt::format("{:016x} {:016x} at {}", s.value2, s.value, at)
                                             : fmt::format("{:0{}x} at {}", s.value, s.size * 2, at))
                             : why;
      w.sentence = why.empty() ? fmt::format("The {} of vector {} is read from {}.",
                                             real ? "far pointer" : "gate", s.vector, at)
                               : fmt::format("The gate of vector {} cannot be read: {}.", s.vector, why);
      break;
    case MicroStepKind::gate_type: {
      const char* type = gate_type_words(static_cast<unsigned>(s.value), long_mode);
      const bool clears_if = s.value == 0xE || s.value == 6;
      w.what = "Check the gate's type";
      w.detail = fmt::format("{:#x}: {}", s.value, type ? type : "no gate");
      if (type)
        w.sentence = fmt::format("It is {} {}{}.", type[0] == 'i' ? "an" : "a", type,
                                 clears_if ? ": interrupts will be off in the handler" : "");
      else if (gate_is_empty(a))
        w.sentence = fmt::format("The gate of vector {} is empty: no handler was ever installed.", s.vector);
      else
        w.sentence = fmt::format("Type {:#x} is not a gate that an event may use.", s.value);
      break;
    }
    case MicroStepKind::gate_dpl:
      w.what = "May this ring use the gate?";
      w.detail = fmt::format("DPL {}, CPL {}", s.value, s.value2);
      w.sentence =
          s.ok ? fmt::format("An INT instruction of ring {} may use a gate with DPL {}.", s.value2, s.value)
               : fmt::format("An INT instruction of ring {} may not use a gate with DPL {}.", s.value2,
                             s.value);
      break;
    case MicroStepKind::gate_present:
      w.what = "Is the gate present?";
      w.detail = s.ok ? "P is 1" : "P is 0";
      w.sentence =
          s.ok ? "The gate is present." : fmt::format("The gate of vector {} is not present.", s.vector);
      break;
    case MicroStepKind::target_descriptor: {
      const auto selector = static_cast<std::uint16_t>(s.value2);
      w.what = "Read the handler's code segment";
      w.detail = fmt::format("selector {}", selector_words(selector));
      if (s.ok) {
        w.sentence = fmt::format("The descriptor of selector {:#x} is read from {}.", s.value2, at);
      } else if (!why.empty()) {
        w.sentence = fmt::format("The descriptor of selector {:#x} cannot be read: {}.", s.value2, why);
      } else if ((s.value2 & ~3ull) == 0) {
        w.sentence = "The gate's selector is null, so it names no code segment.";
      } else if (a.steps.size() > 2 && bits(a.steps[2].value, 44, 40) == 5) {
        w.sentence = "The gate is a task gate; hardware task switches are not modelled.";
      } else {
        w.sentence = fmt::format("Selector {:#x} lies beyond the limit of its table.", s.value2);
      }
      break;
    }
    case MicroStepKind::target_check:
      w.what = "Check the code segment";
      w.detail = s.ok ? "the handler runs in " + ring_words(static_cast<unsigned>(s.value)) : "";
      w.sentence =
          s.ok ? fmt::format("It is code, present, and leads to {}.",
                             ring_words(static_cast<unsigned>(s.value)))
               : "The segment is not present, is no code, or is not code that may be entered from here.";
      break;
    case MicroStepKind::stack_same:
      w.what = "Stay on the current stack";
      w.detail = fmt::format("{} = {:#x}", sp, s.value);
      w.sentence = "The ring does not change, so the frame goes onto the current stack.";
      if (!s.ok) w.sentence = "There is no room on the current stack.";
      break;
    case MicroStepKind::stack_from_ist:
      w.what = fmt::format("Take the stack of IST {}", s.value2);
      w.detail = why.empty() ? fmt::format("{} = {:#x}, from the TSS at {}", sp, s.value, at) : why;
      w.sentence =
          s.ok ? fmt::format("The gate asks for IST {}: the TSS gives {} = {:#x}.", s.value2, sp, s.value)
               : fmt::format("IST {} cannot be read from the TSS{}.", s.value2,
                             why.empty() ? ": it lies beyond the TSS's limit" : ": " + why);
      break;
    case MicroStepKind::stack_from_tss:
      w.what = fmt::format("Take the stack of ring {}", s.value2);
      w.detail = why.empty() ? fmt::format("{} = {:#x}, from the TSS at {}", sp, s.value, at) : why;
      w.sentence = s.ok ? fmt::format("The ring changes: the TSS gives {}{} = {:#x}.", sp, s.value2, s.value)
                        : fmt::format("{}{} cannot be read from the TSS{}.", sp, s.value2,
                                      why.empty() ? ": it lies beyond the TSS's limit" : ": " + why);
      break;
    case MicroStepKind::stack_segment:
      w.what = "Load SS";
      w.detail = "selector " + selector_words(static_cast<std::uint16_t>(s.value2));
      w.sentence = !s.ok       ? fmt::format("The stack segment {:#x} of the TSS cannot be used.", s.value2)
                   : long_mode ? "In long mode the new SS is null; only its ring counts."
                               : fmt::format("SS is loaded with {:#x}.", s.value2);
      break;
    case MicroStepKind::stack_align:
      w.what = "Align the stack";
      w.detail = fmt::format("{:#x} to {:#x}", s.value, s.value2);
      w.sentence = !s.ok
                       ? fmt::format("The frame below {:#x} would not lie at canonical addresses.", s.value2)
                   : s.value == s.value2 ? "The stack pointer is a multiple of 16 already."
                                         : "The stack pointer is rounded down to a multiple of 16.";
      break;
    case MicroStepKind::push: {
      const std::string field = pushed_words(s.what, long_mode);
      w.what = "Push " + field;
      w.detail = why.empty() ? fmt::format("{:#x} at {}", s.value, at) : why;
      w.sentence = s.ok ? fmt::format("{} {:#x} is pushed to {}.",
                                      s.what == Pushed::error_code ? "Error code" : field, s.value, at)
                        : fmt::format("{} cannot be pushed to {}{}.",
                                      s.what == Pushed::error_code ? "The error code" : field, at,
                                      why.empty() ? "" : ": " + why);
      break;
    }
    case MicroStepKind::load_cs:
      w.what = "Load CS";
      w.detail = fmt::format("{:#06x}, {}", s.value, ring_words(static_cast<unsigned>(s.value2)));
      w.sentence =
          s.ok ? fmt::format("CS is {:#x}: {}.", s.value, ring_words(static_cast<unsigned>(s.value2)))
               : "The descriptor's accessed bit cannot be set" + (why.empty() ? "." : ": " + why + ".");
      break;
    case MicroStepKind::load_flags: {
      const std::string gone = flags_gone(s.value, s.value2);
      w.what = long_mode ? "Change RFLAGS" : "Change EFLAGS";
      w.detail = gone.empty() ? "nothing to clear" : gone + " cleared";
      w.sentence = gone.empty() ? "No flag has to be cleared."
                                : fmt::format("{} cleared for the handler.",
                                              gone + (gone.size() > 2 ? " are" : " is"));
      break;
    }
    case MicroStepKind::jump:
      w.what = "Jump to the handler";
      w.detail = name_at(symbols, s.value).empty()
                     ? fmt::format("{:#x}", s.value)
                     : fmt::format("{:#x}, {}", s.value, name_at(symbols, s.value));
      w.sentence =
          s.ok ? fmt::format("The next instruction is the first of {}.", place_words(symbols, s.value))
               : fmt::format("The handler's address {:#x} {}.", s.value,
                             long_mode ? "is not canonical" : "lies beyond the limit of its segment");
      break;
    case MicroStepKind::nested_fault:
      w.what = fmt::format("{} while delivering {}", subject, vector_words(a.exception.vector));
      w.detail = error_code_words(s.vector, static_cast<std::uint32_t>(s.value));
      w.sentence = fmt::format("The delivery of {} raises {}: {}.", vector_words(a.exception.vector), subject,
                               end_words(a.end));
      break;
  }
  return w;
}

const char* end_words(AttemptEnd end) {
  switch (end) {
    case AttemptEnd::delivered: return "delivered";
    case AttemptEnd::replaced: return "the second one is delivered instead";
    case AttemptEnd::double_fault: return "together they become a double fault";
    case AttemptEnd::triple_fault: return "no handler is left, the processor shuts down";
  }
  return "";
}

const char* source_words(Source source) {
  switch (source) {
    case Source::fault: return "a fault, the instruction did not complete and would run again";
    case Source::trap: return "a trap, the instruction before has completed";
    case Source::abort: return "an abort, there is no way back to the program";
    case Source::software_int: return "asked for by an INT instruction";
    case Source::icebp: return "asked for by an INT1 instruction";
    case Source::external: return "a device asks for service through the PIC";
    case Source::nmi: return "the non-maskable interrupt line was raised";
  }
  return "";
}

}  // namespace ringside
