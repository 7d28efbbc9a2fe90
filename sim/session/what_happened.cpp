// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/inspect/event_tables.h"
#include "sim/inspect/words.h"
#include "sim/session/session.h"

namespace ringside {

Explanation Session::what_just_happened() {
  const InspectContext now = context();
  Explanation x;
  if (action_ == Action::none || !last_stop_) {
    x.headline = explain_start(machine_->entry(), now);
    x.paragraphs.push_back(Say("Next: ")(where(now))("."));
    return x;
  }
  const EventLog& log = machine_->events();
  if (action_ == Action::back && last_stop_->kind == StopKind::step) {
    const std::string at = count_words(machine_->instructions());
    x.headline = Say(timeline_.in_past() ? fmt::format("At instruction {} of {}, in the past.", at,
                                                       count_words(timeline_.end().instructions))
                                         : fmt::format("At instruction {}, the end of the history.", at));
    x.paragraphs.push_back(Say("Next: ")(where(now))("."));
    return x;
  }
  if (last_stop_->kind != StopKind::step) return explain(*last_stop_, now);

  // The newest delivery of this step says more than the registers.
  std::vector<Event> events;
  for (std::uint64_t n = std::max(first_event_, log.first()); n < log.total(); ++n) events.push_back(log[n]);
  if (action_ == Action::step) {
    for (auto e = events.rbegin(); e != events.rend(); ++e)
      if (e->kind == EventKind::exception || e->kind == EventKind::interrupt)
        if (const DeliveryRecord* record = find_delivery(now, e->delivery)) return explain(*record, now);
  }
  const std::uint64_t count = machine_->instructions() - first_instruction_;
  if (count == 1 && !code_.empty()) {
    const Instruction instruction =
        Disassembler(code_width(previous_)).decode(code_, {linear_rip(previous_)}, &previous_);
    x.headline = explain_step({.before = previous_,
                               .after = now.cpu,
                               .instruction = instruction,
                               .events = events,
                               .ports = ports_},
                              now);
  } else if (count == 0) {
    x.headline = Say("Machine time passed, no instruction ran.");
  } else if (action_ == Action::step_over) {
    x.headline = Say(fmt::format("Stepped over, {} instructions.", count_words(count)));
  } else {
    x.headline = Say(fmt::format("Stepped {} instructions.", count_words(count)));
  }
  x.paragraphs.push_back(Say("Next: ")(where(now))("."));
  return x;
}

std::vector<std::string> changed(const CpuState& a, const CpuState& b) {
  constexpr const char* kNames[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  std::vector<std::string> keys;
  for (unsigned i = 0; i < 16; ++i)
    if (a.gpr[i] != b.gpr[i]) keys.emplace_back(kNames[i]);
  const auto check = [&](const char* key, const auto& x, const auto& y) {
    if (!(x == y)) keys.emplace_back(key);
  };
  check("rip", a.rip, b.rip);
  check("rflags", a.rflags, b.rflags);
  check("cs", a.cs, b.cs);
  check("ss", a.ss, b.ss);
  check("ds", a.ds, b.ds);
  check("es", a.es, b.es);
  check("fs", a.fs, b.fs);
  check("gs", a.gs, b.gs);
  check("tr", a.tr, b.tr);
  check("ldtr", a.ldtr, b.ldtr);
  check("gdtr", a.gdtr, b.gdtr);
  check("idtr", a.idtr, b.idtr);
  check("cr0", a.cr0, b.cr0);
  check("cr2", a.cr2, b.cr2);
  check("cr3", a.cr3, b.cr3);
  check("cr4", a.cr4, b.cr4);
  check("cr8", a.cr8, b.cr8);
  check("efer", a.efer, b.efer);
  return keys;
}

}  // namespace ringside
