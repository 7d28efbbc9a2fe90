// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/thread_lanes.h"

#include <algorithm>

namespace ringside {
namespace {

// A pause this many times as long as what came after it ends what belongs together ...
constexpr Ticks kPause = 4;
// ... which has at least so many switches.
constexpr std::size_t kLeastSwitches = 8;

}  // namespace

std::vector<ThreadLane> thread_lanes(const KernelThreads& all) {
  std::vector<ThreadLane> lanes, ended, idle;
  for (const GuestThread& thread : all.threads)
    (thread.id == all.idle ? idle : lanes)
        .push_back({.id = thread.id, .name = all.name_of(thread.id), .idle = thread.id == all.idle});
  const auto lane_of = [&](std::uint64_t id) -> ThreadLane& {
    for (auto* group : {&lanes, &ended, &idle})
      for (ThreadLane& lane : *group)
        if (lane.id == id) return lane;
    return ended.emplace_back(ThreadLane{.id = id, .name = all.name_of(id), .ended = true});
  };
  // The trace is complete from power-on, or what ran before its first switch began at a time unknown.
  const bool complete = all.switches.size() == all.switch_count;
  for (std::size_t i = 0; i < all.switches.size(); ++i) {
    const GuestSwitch& s = all.switches[i];
    const Ticks from = i ? all.switches[i - 1].time : complete ? 0 : s.time;
    // A gap in the trace: nobody knows who ran there.
    const bool joined = i == 0 || all.switches[i - 1].to == s.from;
    if (joined && s.time > from) lane_of(s.from).runs.push_back({from, s.time, i});
    lane_of(s.to);
  }
  const Ticks since = all.switches.empty() ? 0 : all.switches.back().time;
  const std::uint64_t runs = all.switches.empty() ? all.current : all.switches.back().to;
  if (runs != 0) lane_of(runs).runs.push_back({since, all.now});
  for (auto* group : {&ended, &idle}) lanes.insert(lanes.end(), group->begin(), group->end());
  return lanes;
}

std::pair<Ticks, Ticks> recent_span(const KernelThreads& all) {
  if (all.switches.empty()) return {0, std::max<Ticks>(all.now, 1)};
  const Ticks last = all.switches.back().time;
  std::size_t first = all.switches.size() - 1;
  for (; first > 0; --first) {
    const Ticks pause = all.switches[first].time - all.switches[first - 1].time;
    const Ticks span = last - all.switches[first].time;
    if (all.switches.size() - first >= kLeastSwitches && pause > kPause * std::max<Ticks>(span, 1)) break;
  }
  const Ticks from = all.switches[first].time, span = std::max<Ticks>(last - from, 1000);
  return {from - std::min(from, span / 16), std::min(all.now, last + span / 8)};
}

ThreadsView threads_view(const InspectContext& c) {
  ThreadsView view{.all = kernel_threads(c), .lanes = {}, .recent = {}};
  view.lanes = thread_lanes(view.all);
  view.recent = recent_span(view.all);
  return view;
}

}  // namespace ringside
