// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/happened.h"

#include <fmt/format.h>

#include "gui/view/micro_step_text.h"

namespace ringside {
namespace {

class Sentence {
 public:
  explicit Sentence(const Symbols& symbols) : symbols_(symbols) {}
  Sentence& say(std::string words) {
    parts_.push_back({std::move(words)});
    return *this;
  }
  Sentence& link(std::string words, Link kind, std::uint64_t target) {
    parts_.push_back({std::move(words), kind, target});
    return *this;
  }
  // By name where there is one.
  Sentence& code(std::uint64_t address) {
    const std::string name = symbols_.name({address});
    return link(name.empty() ? hex64(address) : name, Link::source, address);
  }
  std::vector<SentencePart> take() { return std::move(parts_); }

 private:
  const Symbols& symbols_;
  std::vector<SentencePart> parts_;
};

const DeliveryRecord* delivery_of(const Machine& machine, std::uint32_t number) {
  for (const DeliveryRecord& record : machine.deliveries())
    if (record.number == number) return &record;
  return nullptr;
}

void exception_sentence(Sentence& s, const DeliveryRecord& record) {
  const Exception& e = record.delivery.attempts.front().exception;
  s.say("The instruction at ").code(record.rip).say(" raised ");
  s.link(fmt::format("{} {}", mnemonic(e.vector), exception_name(e.vector)), Link::delivery, record.number);
  if (e.cr2)
    s.say(fmt::format(" ({}) at ", error_code_text(e.vector, e.error_code)))
        .link(hex64(*e.cr2), Link::linear, *e.cr2);
  else if (pushes_error_code(e.vector))
    s.say(fmt::format(" ({})", error_code_text(e.vector, e.error_code)));
  for (std::size_t i = 1; i < record.delivery.attempts.size(); ++i) {
    const std::uint8_t vector = record.delivery.attempts[i].exception.vector;
    s.say("; its delivery raised ").link(mnemonic(vector), Link::delivery, record.number);
  }
  if (record.delivery.triple_fault()) {
    s.say(". Nothing was left to try: the processor shut down.");
    return;
  }
  const std::uint8_t delivered = record.delivery.attempts.back().exception.vector;
  s.say(". The processor went through ")
      .link(fmt::format("gate {}", delivered), Link::vector, delivered)
      .say(" to ")
      .code(record.delivery.after.rip)
      .say(".");
}

}  // namespace

std::vector<SentencePart> what_happened(const Machine& machine, const Stop& stop, const Symbols& symbols) {
  Sentence s(symbols);
  if (stop.kind == StopKind::event) {
    const EventLog& log = machine.events();
    if (stop.event >= log.first() && stop.event < log.total())
      if (const DeliveryRecord* record = delivery_of(machine, log[stop.event].delivery)) {
        exception_sentence(s, *record);
        return s.take();
      }
  }
  if (stop.kind == StopKind::triple_fault && !machine.deliveries().empty()) {
    exception_sentence(s, machine.deliveries().back());
    return s.take();
  }
  if (stop.kind == StopKind::breakpoint) {
    s.say("The breakpoint at ").code(machine.cpu().rip).say(" was reached; that instruction runs next.");
    return s.take();
  }
  if (stop.kind == StopKind::step || stop.kind == StopKind::paused || stop.kind == StopKind::address) {
    s.say(stop.sentence.empty() ? "" : stop.sentence + " ")
        .say("Next: ")
        .code(machine.cpu().rip)
        .say(machine.cpu().halted ? ", when an interrupt ends the HLT before it." : ".");
    return s.take();
  }
  s.say(stop.sentence);
  return s.take();
}

}  // namespace ringside
