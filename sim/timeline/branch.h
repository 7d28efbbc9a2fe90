// SPDX-License-Identifier: GPL-2.0-or-later
// One branch of a Timeline, inside.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/timeline/timeline.h"

namespace ringside {

struct Timeline::Branch {
  unsigned id = 0;
  std::optional<unsigned> parent;
  Position start, end;
  Position lived;  // so far the machine has been; before `end` only where the history was preloaded
  std::vector<LoggedCommand> commands;
  std::vector<Kept> kept;  // by time; the first is power-on. Shared with the branches that left it later
  std::vector<TimelineMark> marks;
  std::uint64_t marked_events = 0;  // of the machine's log: those looked at
  std::vector<HashMark> hashes;     // of every so-manieth checkpoint made
  std::size_t checkpoints_per_hash = 1, checkpoints_since_hash = 0;
  std::string begins_with;
};

}  // namespace ringside
