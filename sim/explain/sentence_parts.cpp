// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/explain/sentence_parts.h"

#include <fmt/format.h>

#include "sim/inspect/disassembly.h"
#include "sim/inspect/event_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

// The class of an exception in table 6-4. Interrupts are benign whatever their vector.
const char* severity_words(std::uint8_t vector) {
  switch (vector) {
    case 0:
    case 10:
    case 11:
    case 12:
    case 13:
    case 21: return "contributory";
    case 14:
    case 20: return "a page fault";
    case 8: return "a double fault";
    default: return "benign";
  }
}

}  // namespace

Phrase address_phrase(std::uint64_t address) {
  return {fmt::format("{:#x}", address), Link::linear, address};
}

Phrase code_phrase(const Symbols& symbols, std::uint64_t address) {
  const std::string name = name_at(symbols, address);
  return name.empty() ? address_phrase(address) : Phrase{name, Link::source, address};
}

Sentence code_place(const Symbols& symbols, std::uint64_t address) {
  Sentence s{code_phrase(symbols, address)};
  if (const std::string source = source_words(symbols, address); !source.empty())
    s.push_back({fmt::format(" ({})", source), Link::none, 0});
  return s;
}

Phrase vector_phrase(std::uint8_t vector) { return {vector_long_name(vector), Link::vector, vector}; }

const char* article(const std::string& noun) {
  return !noun.empty() && std::string_view("aeiox").find(noun[0]) != std::string_view::npos ? "an" : "a";
}

std::string instruction_text(const DeliveryRecord& r) {
  if (r.code_bytes == 0) return {};
  const Disassembler disassembler(code_width(r.delivery.before));
  const auto bytes = std::as_bytes(std::span(r.code)).first(std::min<std::size_t>(r.code_bytes, 15));
  const Instruction instruction = disassembler.decode(bytes, {r.rip});
  if (!instruction.decoded) return {};
  return instruction.operands.empty() ? instruction.mnemonic
                                      : instruction.mnemonic + ' ' + instruction.operands;
}

Sentence delivered_words(const Delivery& d, const Attempt& a, const InspectContext& now) {
  const std::uint8_t vector = a.exception.vector;
  const bool real = !(d.before.cr0 & cr0::pe);
  Say say("The processor took ");
  say(real ? fmt::format("entry {} of the vector table", vector) : fmt::format("gate {} of the IDT", vector),
      Link::vector, vector);
  std::string stack, pushed;
  for (const MicroStep& s : a.steps) {
    if (s.kind == MicroStepKind::stack_from_ist)
      stack = fmt::format("switched to the stack of IST {}", s.value2);
    if (s.kind == MicroStepKind::stack_from_tss)
      stack = fmt::format("switched to the stack of ring {} from the TSS", s.value2);
    if (s.kind == MicroStepKind::push)
      pushed += (pushed.empty() ? "" : ", ") + std::string(pushed_words(s.what, d.before.efer & efer::lma));
  }
  say(stack.empty() ? ", stayed on the stack" : ", " + stack);
  say(fmt::format(", pushed {}", pushed));
  if ((d.before.rflags & rflags::if_) && !(d.after.rflags & rflags::if_)) say(", switched interrupts off");
  say(" and goes on in ")(code_place(now.symbols, d.after.rip));
  if (d.after.cpl != d.before.cpl) say(fmt::format(", now in {}", ring_words(d.after.cpl)));
  return say(".");
}

std::string failure_sentence(const Attempt& attempt, const Delivery& delivery, const Symbols& symbols) {
  // The last step says which exception arose; the one before it says why.
  if (attempt.steps.size() < 2) return {};
  return step_words(attempt.steps[attempt.steps.size() - 2], attempt, delivery.before, symbols).sentence;
}

std::string combination_sentence(const Exception& first, std::uint8_t second, AttemptEnd end) {
  const bool from_processor = first.source == Source::fault || first.source == Source::abort;
  const std::string one = vector_words(first.vector), two = vector_words(second);
  const char* what = from_processor ? severity_words(first.vector) : "benign";
  const std::string rule =
      std::string_view(what) == severity_words(second)
          ? fmt::format("{} and {} are both {}", one, two, what[0] == 'a' ? "page faults" : what)
          : fmt::format("{} is {} and {} is {}", one, what, two, severity_words(second));
  switch (end) {
    case AttemptEnd::double_fault:
      return rule + ": by table 6-5 of the manual the two together become a double fault (#DF).";
    case AttemptEnd::replaced:
      return rule + ": by table 6-5 of the manual the second is delivered instead of the first.";
    case AttemptEnd::triple_fault:
      return fmt::format(
          "{} arose while #DF was delivered: nothing is left to try, and the processor shuts down.", two);
    case AttemptEnd::delivered: break;
  }
  return {};
}

}  // namespace ringside
