// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/timeline/replay.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

// So much machine time between two reports of progress; what happens does not depend on it.
constexpr Ticks kSlice = 20'000'000;

class Replay {
 public:
  Replay(Timeline& timeline, const Recording& recording, const ReplayOptions& options)
      : timeline_(timeline), machine_(timeline.machine()), recording_(recording), options_(options) {}

  ReplayResult run() {
    if (options_.all_states)
      for (const HashMark& mark : recording_.hashes) {
        if (mark.position < timeline_.now()) continue;
        if (!go_to(mark.position) || !compare(mark, "the machine's state")) return result_;
      }
    if (go_to(recording_.end.position)) compare_end();
    return result_;
  }

 private:
  bool differs(std::string sentence) {
    result_.difference = {machine_.instructions(), last_agreement_, std::move(sentence)};
    return false;
  }

  bool go_to(const Position& position) {
    while (timeline_.now() < position) {
      const Stop stop = timeline_.replay(
          {.until_time = machine_.time() + kSlice, .pause = options_.pause, .ignore_breakpoints = true},
          position);
      if (options_.progress)
        options_.progress(static_cast<double>(machine_.time()) /
                          static_cast<double>(std::max<Ticks>(recording_.end.position.time, 1)));
      if (stop.kind == StopKind::paused) return !(result_.paused = true);
      if (stop.final() && timeline_.now() < position)
        return differs(
            fmt::format("The machine stopped for good where the recording goes on: {}", stop.sentence));
    }
    return true;
  }

  bool compare(const HashMark& mark, const char* what) {
    ++result_.compared;
    if (machine_.instructions() != mark.position.instructions)
      return differs(fmt::format("At {} ns the recording has {} instructions, and the replay {}.",
                                 mark.position.time, mark.position.instructions, machine_.instructions()));
    if (const std::uint64_t found = timeline_.state_hash(); found != mark.hash)
      return differs(
          fmt::format("At instruction {} {} is another: {:016x} was recorded, and {:016x} is found.",
                      mark.position.instructions, what, mark.hash, found));
    ++result_.agreed;
    last_agreement_ = machine_.instructions();
    return true;
  }

  void compare_end() {
    // The stop of a machine that cannot go on is found by trying; then it does not move.
    if (recording_.stop && !machine_.final_stop()) timeline_.step();
    const auto& stop = machine_.final_stop();
    const std::optional<RecordedStop> found =
        stop ? std::optional(RecordedStop{stop->kind, stop->value}) : std::nullopt;
    const auto words = [](const std::optional<RecordedStop>& s) {
      return s ? fmt::format("{} {}", name(s->kind), s->value) : std::string("a machine that can go on");
    };
    if (compare(recording_.end, "the final state") && found != recording_.stop)
      differs(fmt::format("The recording ends with {}, and the replay with {}.", words(recording_.stop),
                          words(found)));
  }

  Timeline& timeline_;
  const Machine& machine_;
  const Recording& recording_;
  const ReplayOptions& options_;
  ReplayResult result_;
  std::uint64_t last_agreement_ = 0;
};

}  // namespace

ReplayResult replay(Timeline& timeline, const Recording& recording, const ReplayOptions& options) {
  return Replay(timeline, recording, options).run();
}

}  // namespace ringside
