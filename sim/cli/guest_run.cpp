// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/guest_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/words.h"

namespace ringside {
namespace {

// The same sum as the engine's, so that a slice that ends where the goal lies is not gone past.
std::uint64_t linear_rip(const CpuState& cpu) {
  return mode(cpu) == CpuMode::long_64 ? cpu.rip : static_cast<std::uint32_t>(cpu.cs.base + cpu.rip);
}

bool at_address(const Machine& machine, const RunLimits& limits) {
  return limits.until_address && linear_rip(machine.cpu()) == limits.until_address->value &&
         (!limits.until_rsp_above || machine.cpu()[Gpr::rsp] > *limits.until_rsp_above);
}

RunResult ended(Ending ending, Stop stop, std::string sentence = {}) {
  if (sentence.empty()) sentence = stop.sentence;
  return {ending, std::move(stop), std::move(sentence)};
}

}  // namespace

Result<RunResult> run_guest(Machine& machine, const std::optional<Goal>& goal, const Budget& budget,
                            Typist& typist, const std::function<Result<void>()>& after_slice,
                            const std::atomic<bool>* pause) {
  const std::uint64_t first_instruction = machine.instructions();
  const std::uint64_t most =
      budget.instructions > ~first_instruction ? ~std::uint64_t{0} : first_instruction + budget.instructions;
  const std::uint64_t goal_instruction = goal && goal->limits.instructions < ~first_instruction
                                             ? first_instruction + goal->limits.instructions
                                             : ~std::uint64_t{0};
  const Ticks goal_time = goal ? goal->limits.until_time : kNever;
  GuestWatch watch(machine);
  for (;;) {
    RunLimits limits = goal ? goal->limits : RunLimits{};
    const std::uint64_t instructions_before = machine.instructions();
    limits.instructions = std::min(most, goal_instruction) - instructions_before;
    limits.until_time = std::min({machine.time() + kSliceTicks, budget.time, goal_time});
    limits.pause = pause;
    Stop stop = machine.run(limits);
    watch.slice_done(machine);
    if (auto went_well = after_slice(); !went_well) return std::unexpected(went_well.error());

    if (stop.final()) return ended(ending_of(stop), stop);
    if (stop.kind == StopKind::paused) return ended(Ending::interrupted, stop, "The run was interrupted.");
    const bool slice_over = stop.kind == StopKind::budget || stop.kind == StopKind::idle;
    // The first instruction of a run is never tested for the address: here a slice boundary fell on it.
    if (slice_over && goal && machine.instructions() != instructions_before &&
        at_address(machine, goal->limits)) {
      stop.kind = StopKind::address;
      stop.sentence = fmt::format("Reached {:#x}.", goal->limits.until_address->value);
    }
    if (goal && (stop.kind == StopKind::address || stop.kind == StopKind::event ||
                 stop.kind == StopKind::text || stop.kind == StopKind::breakpoint)) {
      if (!goal->accepts || goal->accepts(machine, stop)) return ended(Ending::goal, stop);
      continue;
    }
    if (goal && goal->counts && (machine.instructions() >= goal_instruction || machine.time() >= goal_time))
      return ended(Ending::goal, stop);
    if (machine.instructions() >= most)
      return ended(Ending::budget, stop,
                   fmt::format("The budget of {} instructions is used up; --max-instructions gives more.",
                               count_words(budget.instructions)));
    if (machine.time() >= budget.time)
      return ended(Ending::budget, stop,
                   fmt::format("The budget of {} of machine time is used up; --max-time gives more.",
                               time_words(budget.time)));
    if (stop.kind == StopKind::idle) return ended(Ending::idle, stop);
    if (auto typed = typist.type(machine, watch); !typed) return std::unexpected(typed.error());
    if (typist.done() && watch.waiting() >= budget.idle)
      return ended(
          Ending::idle, {StopKind::idle, 0, 0, {}},
          fmt::format(
              "The guest waits for input: for {} of machine time it has shown nothing new and done nothing "
              "but wait. --keys types something, --interactive lets you.",
              time_words(budget.idle)));
  }
}

}  // namespace ringside
