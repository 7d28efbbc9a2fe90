// SPDX-License-Identifier: GPL-2.0-or-later
// What the lanes say of threads, switches and moments, and what they remember.
#include <fmt/format.h>

#include <utility>

#include "gui/panels/thread_lanes.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

std::string milliseconds(Ticks time) {
  return fmt::format("{}.{:03} ms", with_commas(time / 1'000'000), time / 1000 % 1000);
}

}  // namespace

std::string thread_name(const PanelState& state, const MachineView& view, std::uint64_t id) {
  if (view.threads && view.threads->all.find(id)) return view.threads->all.name_of(id);
  const auto known = state.threads.names.find(id);
  return known != state.threads.names.end() ? known->second : fmt::format("thread {}", id);
}

void remember_threads(PanelState& state, const MachineView& view) {
  ThreadState& memory = state.threads;
  const bool other_branch = std::exchange(memory.branch, view.history.branch) != view.history.branch;
  // Power on again: the same numbers will mean other threads.
  const bool again = memory.newest && !view.history.in_past && view.threads->all.now < memory.newest->all.now;
  if (other_branch || again) {
    memory.newest.reset();
    memory.names.clear();
  }
  if (!memory.newest || view.threads->all.now >= memory.newest->all.now) memory.newest = view.threads;
  for (const GuestThread& thread : view.threads->all.threads)
    memory.names[thread.id] = view.threads->all.name_of(thread.id);
}

std::string switch_words(const PanelState& state, const MachineView& view, const GuestSwitch& s) {
  return fmt::format("{} {} \u2192 {}\n{}{} \u00b7 {} \u00b7 tick {}\na click goes there",
                     shape(Meaning::context_switch), thread_name(state, view, s.from),
                     thread_name(state, view, s.to), s.reason,
                     s.waits_for.empty() ? "" : " for " + s.waits_for, milliseconds(s.time), s.tick);
}

std::string lane_words(const PanelState& state, const MachineView& view, const KernelThreads& all,
                       const ThreadLane& lane, Ticks time) {
  const std::string name = thread_name(state, view, lane.id);
  if (time > all.now) return {};
  const LaneRun* last = nullptr;
  for (const LaneRun& run : lane.runs)
    if (run.from <= time) last = &run;
  if (!last) return {};
  if (time <= last->to)
    return fmt::format("{} runs\n{}: {} to {}", name, milliseconds(last->to - last->from),
                       milliseconds(last->from), milliseconds(last->to));
  if (last->ended_by == LaneRun::kStillRuns) return {};
  const GuestSwitch& s = all.switches[last->ended_by];
  if (s.reason == "finished") return {};
  if (s.reason == "waits")
    return fmt::format("{} waits{}", name, s.waits_for.empty() ? "" : " for " + s.waits_for);
  return fmt::format("{} is ready to run\n{} at {}", name, s.reason, milliseconds(s.time));
}

}  // namespace ringside
