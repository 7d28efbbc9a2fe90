// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/guest_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/spin.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

// Slices do not change what the guest does, but what is typed is typed between two of them.
constexpr Ticks kShortSlice = 50'000, kLongSlice = 2'000'000;
// So long without a sign, and it is worth looking whether the guest goes in circles.
constexpr Ticks kSilence = 20'000'000;
// A look that found nothing is followed by the next after this much more at most: looking takes a thousand
// steps.
constexpr Ticks kBetweenLooks = 100'000'000;

std::string seconds(Ticks ticks) {
  return fmt::format("{:.4g} s", static_cast<double>(ticks) / kTicksPerSecond);
}

// a + b, or the greatest number there is.
std::uint64_t sum(std::uint64_t a, std::uint64_t b) { return b > ~a ? ~std::uint64_t{0} : a + b; }

}  // namespace

GuestRun::GuestRun(Session& session, const std::optional<Until>& goal, const Budget& budget,
                   const std::atomic<bool>* pause)
    : session_(session),
      machine_(session.machine()),
      goal_(goal),
      budget_(budget),
      pause_(pause),
      watch_(machine_),
      last_instruction_(sum(machine_.instructions(), budget.instructions)) {
  if (!goal) return;
  goal_instruction_ = sum(machine_.instructions(), goal->limits.instructions);
  goal_time_ = goal->limits.until_time;
}

Stop GuestRun::slice(Ticks ticks) {
  Until until = goal_.value_or(Until{});
  const std::uint64_t before = machine_.instructions();
  until.limits.instructions = std::min(last_instruction_, goal_instruction_) - before;
  until.limits.until_time = std::min({machine_.time() + ticks, budget_.time, goal_time_});
  until.limits.pause = pause_;
  Stop stop = session_.run(until);
  // Where a run begins is never taken for the address to stop at: here the end of a slice has fallen on it.
  const VirtAddr at{linear_rip(machine_.cpu())};
  if (stop.kind == StopKind::budget && machine_.instructions() != before &&
      std::ranges::count(until.addresses, at)) {
    stop.kind = StopKind::address;
    stop.sentence = fmt::format("Reached {}.", place_words(session_.symbols(), at.value));
  }
  watch_.slice_done(machine_);
  return stop;
}

std::optional<RunResult> GuestRun::ended(const Stop& stop) const {
  if (stop.final())
    return RunResult{ending_of(stop), stop, plain(explain(stop, session_.context()).headline)};
  switch (stop.kind) {
    case StopKind::paused: return RunResult{Ending::interrupted, stop, "The run was interrupted."};
    case StopKind::address:
    case StopKind::event:
    case StopKind::text:
    case StopKind::breakpoint:
      return RunResult{Ending::goal, stop, plain(explain(stop, session_.context()).headline)};
    default: break;
  }
  if (machine_.instructions() >= goal_instruction_ || machine_.time() >= goal_time_)
    return RunResult{Ending::goal, stop, stop.sentence};
  if (machine_.instructions() >= last_instruction_)
    return RunResult{Ending::budget, stop,
                     fmt::format("The budget of {} instructions is used up; --max-instructions gives more.",
                                 count_words(budget_.instructions))};
  if (machine_.time() >= budget_.time)
    return RunResult{Ending::budget, stop,
                     fmt::format("The budget of {} of machine time is used up; --max-time gives more.",
                                 seconds(budget_.time))};
  return std::nullopt;
}

std::optional<RunResult> GuestRun::stuck(bool nothing_to_type) {
  const std::uint64_t left = std::min(last_instruction_, goal_instruction_) - machine_.instructions();
  const Ticks time_left = std::min(budget_.time, goal_time_) - machine_.time();
  const Ticks quiet = watch_.quiet();
  if (quiet < kSilence) next_look_ = kSilence;
  const bool look =
      !watch_.resting() && quiet >= next_look_ && left > kMostSpinSteps && time_left > kMostSpinSteps;
  if (look) next_look_ = quiet + std::min(quiet, kBetweenLooks);
  if (look && goes_in_circles(session_.timeline())) {
    if (!(machine_.cpu().rflags & rflags::if_))
      return RunResult{
          Ending::halted_forever,
          {StopKind::halted_forever, 0, 0, {}},
          "The guest goes in circles with interrupts off: no register and no memory changes any more, and "
          "nothing but an NMI or a reset could end that."};
    watch_.spins(machine_);
  }
  if (!nothing_to_type || watch_.waiting() < budget_.idle) return std::nullopt;
  return RunResult{
      Ending::idle,
      {StopKind::idle, 0, 0, {}},
      fmt::format("The guest waits: for {} of machine time it has shown nothing new, and nothing is left to "
                  "be typed. --keys types something, --interactive lets you.",
                  seconds(budget_.idle))};
}

Result<RunResult> run_guest(Session& session, const std::optional<Until>& goal, const Budget& budget,
                            Typist& typist, const RunHooks& hooks) {
  GuestRun run(session, goal, budget, hooks.pause);
  for (Ticks ticks = kShortSlice;;
       ticks = run.watch().polling() ? kShortSlice : std::min(ticks * 2, kLongSlice)) {
    const Stop stop = run.slice(ticks);
    if (hooks.after_slice)
      if (auto went_well = hooks.after_slice(); !went_well) return std::unexpected(went_well.error());
    if (auto result = run.ended(stop)) return *result;
    if (auto result = run.stuck(typist.done())) return *result;
    if (auto typed = typist.type(session.timeline(), run.watch()); !typed)
      return std::unexpected(typed.error());
  }
}

}  // namespace ringside
