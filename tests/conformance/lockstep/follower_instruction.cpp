// SPDX-License-Identifier: GPL-2.0-or-later
// An instruction is run here, and what it has delivered is compared.
#include <fmt/format.h>

#include "follower_parts.h"

namespace ringside::lockstep {

void Follower::run_pending() {
  if (!pending_) return;
  pending_ = false;
  moment_.before = machine_.cpu();
  moment_.bytes = instruction_at(moment_.before, machine_.memory());
  moment_.code = moment_.bytes.span();
  moment_.bits = code_bits(moment_.before);
  moment_.op = opcode_of(moment_.code, moment_.bits);
  moment_.delivery = nullptr;
  moment_.their_vector = theirs_.empty() ? -1 : theirs_.back().vector;
  if (accepted_) {
    moment_.op.reset();
    moment_.code = {};
    (void)machine_.apply(InjectException{.vector = *accepted_, .external = true});
    ++tally_.interrupts;
    accepted_.reset();
  } else {
    machine_.step();
    ++tally_.instructions;
    const std::uint64_t length = machine_.cpu().rip - moment_.before.rip;
    if (length > 0 && length < moment_.code.size()) moment_.code = moment_.code.first(length);
  }
  compare_deliveries();
  theirs_.clear();
}

void Follower::compare_deliveries() {
  std::vector<std::pair<unsigned, std::uint32_t>> ours, theirs;
  for (const DeliveryRecord& record : machine_.deliveries()) {
    if (record.number < deliveries_seen_) continue;
    deliveries_seen_ = record.number + 1;
    moment_.delivery = &record.delivery;
    for (const Attempt& a : record.delivery.attempts) {
      const bool code = pushes_error_code(a.exception.vector) &&
                        (a.exception.source == Source::fault || a.exception.source == Source::abort);
      ours.emplace_back(a.exception.vector, code ? a.exception.error_code : 0);
    }
  }
  for (const Record& r : theirs_) theirs.emplace_back(r.vector, r.software ? 0 : r.error_code);
  tally_.exceptions += ours.size();
  const auto list = [](const auto& pairs) {
    std::string text;
    for (const auto& [vector, code] : pairs) text += fmt::format(" {}({:#x})", vector, code);
    return text.empty() ? std::string(" none") : text;
  };
  bool same = ours.size() == theirs.size();
  for (std::size_t i = 0; same && i < ours.size(); ++i) same = ours[i].first == theirs[i].first;
  moment_.our_vector = ours.empty() ? -1 : static_cast<int>(ours.back().first);
  if (!same) {
    if (const Reason* reason = reason_for({"deliveries"})) {
      ++tally_.explained[std::string(reason->name)];
      resync_ = true;
    } else {
      complain(fmt::format("deliveries: ours{}, QEMU's{}", list(ours), list(theirs)));
    }
    return;
  }
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i].second != theirs[i].second) settle({"error code", ours[i].second, theirs[i].second});
  }
  if (moment_.delivery && !ours.empty()) compare_frame(*moment_.delivery);
}

void Follower::compare_frame(const Delivery& delivery) {
  const auto put = [&](const MicroStep& push, std::uint64_t value) {
    for (const MemoryWrite& w : delivery.writes)
      if (w.linear == push.address && w.size == push.size)
        for (unsigned i = 0; i < push.size; ++i)
          (void)machine_.apply(SetMemory{w.address + i, static_cast<std::uint8_t>(value >> (8 * i))});
  };
  for (const MicroStep& step : delivery.attempts.back().steps) {
    if (step.kind != MicroStepKind::push || !step.ok) continue;
    const std::uint64_t flags = theirs_.back().cpu.rflags & (step.size == 2 ? 0xFFFF : ~std::uint64_t{0});
    if (step.what == Pushed::rflags && step.value != flags && settle({"saved RFLAGS", step.value, flags}))
      put(step, flags);
    // A trap or fault saves where QEMU stands; INT n, what is behind it.
    const std::uint64_t rip = theirs_.back().cpu.rip;
    if (step.what == Pushed::rip && !theirs_.back().software && step.value != rip &&
        settle({"saved RIP", step.value, rip}))
      put(step, rip);
    if (step.what == Pushed::error_code && step.value != theirs_.back().error_code)
      put(step, theirs_.back().error_code);
  }
}

}  // namespace ringside::lockstep
