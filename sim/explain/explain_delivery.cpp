// SPDX-License-Identifier: GPL-2.0-or-later
// A delivered, replaced, doubled or tripled event as an explanation.
#include <fmt/format.h>

#include <algorithm>

#include "sim/base/bits.h"
#include "sim/explain/explain.h"
#include "sim/explain/sentence_parts.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

bool from_outside(const Exception& e) { return e.source == Source::external || e.source == Source::nmi; }

// The line whose vector this is, as the two chips are programmed now.
std::optional<unsigned> irq_of(const Board& board, std::uint8_t vector) {
  for (unsigned irq = 0; irq < 16; ++irq)
    if (vector_of(irq < 8 ? board.pic.master : board.pic.slave, irq % 8) == vector && irq != kPicCascadeLine)
      return irq;
  return std::nullopt;
}

Sentence interrupt_headline(const DeliveryRecord& r, const InspectContext& now) {
  const Exception& e = r.delivery.attempts.front().exception;
  Say say;
  if (e.source == Source::nmi) {
    say("A ")("non-maskable interrupt (NMI)", Link::vector, 2);
  } else if (const auto irq = irq_of(now.board, e.vector)) {
    say("The ")(fmt::format("{} (IRQ {})", irq_device(*irq), *irq), Link::irq, *irq);
  } else {
    say("A device");
  }
  say(" interrupted ")(code_place(now.symbols, r.rip));
  if (e.source == Source::external)
    say(": the PIC gave vector ")(fmt::format("{:#x}", e.vector), Link::vector, e.vector);
  return say(".");
}

// Who still has to be told that the interrupt is over.
std::string eoi_words(const Exception& e, const InspectContext& now) {
  const auto irq = irq_of(now.board, e.vector);
  if (e.source != Source::external || !irq) return {};
  const PicPair& pics = now.board.pic;
  const bool slave = *irq >= 8;
  if (!bit(eoi_owed(slave ? pics.slave : pics.master), *irq % 8)) {
    if (*irq == 7 || *irq == 15)
      return "No bit is set in the in-service register: the request was gone when the processor asked, so "
             "this interrupt is "
             "spurious and the chip is owed no EOI.";
    return {};
  }
  return slave ? fmt::format(
                     "Until the handler sends an EOI to both chips, ports 0xA0 and 0x20, IRQ {} and all of "
                     "lower priority "
                     "wait.",
                     *irq)
               : fmt::format(
                     "Until the handler sends an EOI to port 0x20, IRQ {} and all of lower priority wait.",
                     *irq);
}

// Who raised it: an instruction, the fetch of one, or what came before it.
Sentence subject(const DeliveryRecord& r, const InspectContext& now) {
  const Exception& e = r.delivery.attempts.front().exception;
  const std::string instruction = instruction_text(r);
  Say say;
  if (e.vector == 14 && (e.error_code & 1 << 4))
    return say("The fetch of the instruction at ")(code_place(now.symbols, r.rip));
  if (e.source == Source::trap) return say("The instruction that led to ")(code_place(now.symbols, r.rip));
  if (instruction.empty()) return say("The instruction at ")(code_place(now.symbols, r.rip));
  return say(instruction, Link::linear, r.rip)(" in ")(code_place(now.symbols, r.rip));
}

Sentence exception_headline(const DeliveryRecord& r, const InspectContext& now) {
  const Exception& e = r.delivery.attempts.front().exception;
  const std::string name = vector_long_name(e.vector);
  Say say;
  say(subject(r, now));
  if (e.source == Source::software_int || e.source == Source::icebp) {
    say(" asks for ")(fmt::format("vector {}", e.vector), Link::vector, e.vector);
    if (e.vector < 32) say(", ")(name, Link::delivery, r.number);
    return say(".");
  }
  say(fmt::format(" raised {} ", article(name)))(name, Link::delivery, r.number);
  const Sentence why = cause_of(r, now);
  if (!why.empty()) say(": ")(why);
  return say(".");
}

// What was delivered in its place, where the delivery itself failed.
Sentence outcome(const Delivery& d) {
  const std::uint8_t vector = d.attempts.back().exception.vector;
  const std::string name = vector_long_name(vector);
  const bool doubled = d.attempts[d.attempts.size() - 2].end == AttemptEnd::double_fault;
  return Say("It could not be delivered: ")(doubled ? "it became " : "in its place came ")(article(name))(
      " ")(name, Link::vector, vector)(".");
}

// Each attempt that failed, as one cause a link.
std::vector<Cause> chain(const DeliveryRecord& r, const InspectContext& now) {
  std::vector<Cause> causes;
  for (const Attempt& a : r.delivery.attempts) {
    if (a.end == AttemptEnd::delivered) break;
    causes.push_back({fmt::format("Delivering {}: {}", vector_long_name(a.exception.vector),
                                  failure_sentence(a, r.delivery, now.symbols)),
                      Link::vector, a.exception.vector});
    const MicroStep& raised = a.steps.back();
    std::string second = fmt::format("That raises {} {}", article(vector_long_name(raised.vector)),
                                     vector_long_name(raised.vector));
    if (pushes_error_code(raised.vector))
      second += fmt::format(" with error code {:#x} ({})", raised.value,
                            error_code_words(raised.vector, static_cast<std::uint32_t>(raised.value)));
    causes.push_back({second + ".", Link::delivery, r.number});
    causes.push_back({combination_sentence(a.exception, raised.vector, a.end), Link::none, 0});
  }
  return causes;
}

std::string chain_names(const Delivery& d) {
  std::string words;
  for (const Attempt& a : d.attempts)
    words += (words.empty() ? "" : ", then ") + vector_long_name(a.exception.vector);
  return words;
}

}  // namespace

Explanation explain(const DeliveryRecord& r, const InspectContext& now) {
  const Delivery& d = r.delivery;
  const Attempt& first = d.attempts.front();
  const Exception& e = first.exception;
  Explanation x;
  x.headline = from_outside(e) ? interrupt_headline(r, now) : exception_headline(r, now);

  if (d.attempts.size() > 1 && !d.triple_fault()) x.headline = Say()(x.headline)(" ")(outcome(d));
  if (d.triple_fault()) {
    x.paragraphs.push_back(x.headline);
    x.headline = Say("Triple fault in ")(code_place(now.symbols, r.rip))(": ")(
        chain_names(d), Link::delivery,
        r.number)(d.attempts.size() > 1
                      ? " could not be delivered one after the other, and the processor has shut down."
                      : " could not be delivered, and the processor has shut down.");
  }

  const bool has_code = !from_outside(e) && e.source != Source::software_int && pushes_error_code(e.vector);
  if (has_code)
    x.paragraphs.push_back(
        Say(fmt::format("Error code {:#x}: {}.", e.error_code, error_code_words(e.vector, e.error_code))));
  if (e.vector == 14 && e.cr2) {
    const Access access{.kind = bit(e.error_code, 4u)   ? AccessKind::fetch
                                : bit(e.error_code, 1u) ? AccessKind::write
                                                        : AccessKind::read,
                        .user = bit(e.error_code, 2u)};
    const Walk w = walk(d.before, now.memory, {*e.cr2}, access);
    if (!w.ok() && w.error_code == e.error_code && w.count > 0)
      x.paragraphs.push_back(Say("The page walk of ")(fmt::format("{:#x}", *e.cr2), Link::linear, *e.cr2)(
          " stopped at ")(last_entry(w), Link::physical, w.entries[w.count - 1].address.value)(
          fmt::format(", whose value is {:#x} ({}): {}.", w.entries[w.count - 1].entry,
                      entry_flags(w.entries[w.count - 1], w.paging).empty()
                          ? "no flag set"
                          : entry_flags(w.entries[w.count - 1], w.paging),
                      name(w.fault))));
  }
  if (e.source == Source::software_int && pushes_error_code(e.vector) && (d.before.cr0 & cr0::pe))
    x.paragraphs.push_back(
        Say(fmt::format("An INT instruction pushes no error code, though {} does: a handler that expects one "
                        "takes every word of the frame "
                        "for its neighbour.",
                        vector_words(e.vector))));
  x.causes = chain(r, now);
  if (!d.triple_fault()) x.paragraphs.push_back(delivered_words(d, d.attempts.back(), now));
  if (e.source == Source::external && e.vector < 32)
    x.paragraphs.push_back(
        Say(fmt::format("Vector {} is also the {}: the PIC has not been given vectors of its own, and the "
                        "handler cannot tell the two apart.",
                        e.vector, vector_long_name(e.vector))));
  if (const std::string eoi = eoi_words(e, now); !eoi.empty()) x.paragraphs.push_back(Say(eoi));
  return x;
}

}  // namespace ringside
