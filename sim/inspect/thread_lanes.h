// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's trace of switches as lanes over machine time: one a thread, with the times it had the
// processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/inspect/threads.h"

namespace ringside {

struct LaneRun {
  static constexpr std::size_t kStillRuns = ~std::size_t{0};
  Ticks from = 0, to = 0;
  std::size_t ended_by = kStillRuns;  // the switch, as an index into KernelThreads::switches
};

struct ThreadLane {
  std::uint64_t id = 0;
  std::string name;
  bool idle = false, ended = false;
  std::vector<LaneRun> runs;  // oldest first
};

// In the kernel's order, then those that have ended, then the idle thread. A thread that has not run since
// the trace begins has a lane without runs.
std::vector<ThreadLane> thread_lanes(const KernelThreads&);

// What to look at first: the newest switches that follow each other closely, and a little more. A machine
// that has been idle for a minute does not squeeze them into one pixel.
std::pair<Ticks, Ticks> recent_span(const KernelThreads&);

// What a window draws.
struct ThreadsView {
  KernelThreads all;
  std::vector<ThreadLane> lanes;
  std::pair<Ticks, Ticks> recent;
};
ThreadsView threads_view(const InspectContext&);

}  // namespace ringside
