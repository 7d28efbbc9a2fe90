// SPDX-License-Identifier: GPL-2.0-or-later
// A recording, run again, and whether that goes as it did then.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sim/timeline/recording.h"

namespace ringside {

// Where a replay first was not as recorded.
struct Difference {
  std::uint64_t instructions = 0;    // in the replay
  std::uint64_t last_agreement = 0;  // up to this count all was alike
  std::string sentence;
};

struct ReplayResult {
  std::size_t agreed = 0, compared = 0;  // states; the last of them is the end's
  std::optional<Difference> difference;  // the machine stands there
  bool paused = false;
  bool as_recorded() const { return !difference && !paused; }
};

struct ReplayOptions {
  bool all_states = false;  // compare each recorded state, not the end's alone
  const std::atomic<bool>* pause = nullptr;
  std::function<void(double)> progress;  // 0 to 1
};

// REQUIRES: the timeline's machine is config_of() the recording, and the recording was preloaded. Goes from
// where the machine stands to the recording's end, or to the first difference.
ReplayResult replay(Timeline& timeline, const Recording& recording, const ReplayOptions& options = {});

}  // namespace ringside
