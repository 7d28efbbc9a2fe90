// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/interactive.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include "sim/cli/screen_print.h"
#include "sim/cli/terminal.h"
#include "sim/cli/terminal_keys.h"
#include "sim/cli/terminal_screen.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

using namespace std::chrono_literals;
// The host's clock decides when a slice runs and never what happens in it: a guest cannot tell.
using Clock = std::chrono::steady_clock;

constexpr Ticks kLongestSlice = 2'000'000, kShortestSlice = 200'000;
constexpr auto kPicture = 33ms;          // between two pictures
constexpr auto kMeasure = 500ms;         // between two measurements of the speed
constexpr Ticks kLateness = 50'000'000;  // so far behind, and the past is let go
constexpr std::size_t kMostStrokes = 4096;
constexpr std::uint8_t kOutputBufferFull = 1;  // status register of the 8042, bit 0

// Machine time against the clock on the wall: as fast, or slower where the guest computes.
class Pace {
 public:
  explicit Pace(Ticks now) : machine_start_(now) {}

  // How far the machine may go now; negative: how long it is ahead.
  std::int64_t due(Ticks machine) {
    const auto real =
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - real_start_).count();
    const std::int64_t due = real - static_cast<std::int64_t>(machine - machine_start_);
    if (due > static_cast<std::int64_t>(kLateness)) {
      real_start_ = Clock::now();
      machine_start_ = machine;
      return kLongestSlice;
    }
    return due;
  }

 private:
  Clock::time_point real_start_ = Clock::now();
  Ticks machine_start_;
};

class Interactive {
 public:
  Interactive(Terminal terminal, Session& session, const std::optional<Until>& goal, const Budget& budget,
              Typist& typist, const RunHooks& hooks)
      : terminal_(std::move(terminal)),
        timeline_(session.timeline()),
        machine_(session.machine()),
        typist_(typist),
        hooks_(hooks),
        run_(session, goal, budget, hooks.pause),
        pace_(machine_.time()) {
    const std::string& path = machine_.config().image_name;
    image_ = path.substr(path.rfind('/') + 1);
  }

  Result<RunResult> run() {
    for (;;) {
      draw();
      const std::int64_t due = pace_.due(machine_.time());
      if (due < static_cast<std::int64_t>(kShortestSlice)) {
        read_keys(std::chrono::milliseconds(std::clamp<std::int64_t>(-due / 1'000'000, 1, 20)));
      } else {
        const Stop stop = run_.slice(std::min<Ticks>(static_cast<Ticks>(due), kLongestSlice));
        if (hooks_.after_slice)
          if (auto went_well = hooks_.after_slice(); !went_well) return std::unexpected(went_well.error());
        auto result = run_.ended(stop);
        if (!result) result = run_.stuck(false);
        if (result) {
          // Reaching the goal or a signal leaves; the guest's own end is there to be looked at.
          if (result->ending != Ending::goal && result->ending != Ending::interrupted) show_end(*result);
          return *result;
        }
        if (auto typed = type(); !typed) return std::unexpected(typed.error());
        read_keys(0ms);
      }
      if (keys_.leave()) return RunResult{Ending::left, {}, "You left the run by Ctrl-]."};
      if (gone_) return RunResult{Ending::left, {}, "The terminal has gone."};
      if (hooks_.pause && *hooks_.pause)
        return RunResult{Ending::interrupted, {}, "The run was interrupted."};
    }
  }

 private:
  void read_keys(std::chrono::milliseconds wait) {
    const std::string bytes = terminal_.read(wait, gone_);
    std::vector<KeyStroke> strokes;
    if (!bytes.empty()) {
      keys_.feed(bytes, strokes);
      last_key_ = Clock::now();
    } else if (Clock::now() - last_key_ > 40ms) {
      keys_.pause(strokes);
    }
    if (strokes_.size() < kMostStrokes) strokes_.insert(strokes_.end(), strokes.begin(), strokes.end());
  }

  // One stroke a slice, when the guest has taken the last one.
  Result<void> type() {
    if (strokes_.empty()) return typist_.type(timeline_, run_.watch());
    const Board& board = machine_.board();
    if (!is_idle(board.keyboard) || peek_port(board.i8042, 4, machine_.time()) & kOutputBufferFull) return {};
    const KeyStroke stroke = strokes_.front();
    strokes_.pop_front();
    run_.watch().disturbed(machine_);
    return timeline_.apply(TypeKey{stroke});
  }

  std::string status() {
    const auto now = Clock::now();
    if (now - measured_ >= kMeasure) {
      const double seconds = std::chrono::duration<double>(now - measured_).count();
      mips_ = static_cast<double>(machine_.instructions() - measured_instructions_) / seconds / 1e6;
      measured_ = now;
      measured_instructions_ = machine_.instructions();
      shown_instructions_ = machine_.instructions();
    }
    const std::string doing = run_.watch().resting() ? "waiting" : fmt::format("running, {:.0f} MIPS", mips_);
    return fmt::format(" {}  {}  {} instructions   Ctrl-] leaves", image_, doing,
                       count_words(shown_instructions_));
  }

  void draw(bool at_once = false) {
    const auto now = Clock::now();
    if (!at_once && now - drawn_ < kPicture) return;
    drawn_ = now;
    terminal_.write(screen_.draw(guest_screen(machine_), end_.empty() ? status() : end_, Terminal::size()));
  }

  // The last picture stays until a key is struck.
  void show_end(const RunResult& result) {
    end_ = fmt::format(" {}  {}.  Any key leaves.", image_, name(result.ending));
    if (result.ending == Ending::guest_exit)
      end_ = fmt::format(" {}  debug exit, status {}.  Any key leaves.", image_, result.stop.value);
    while (!gone_ && !(hooks_.pause && *hooks_.pause)) {
      draw(true);
      if (!terminal_.read(200ms, gone_).empty()) return;
    }
  }

  Terminal terminal_;
  Timeline& timeline_;
  const Machine& machine_;
  Typist& typist_;
  const RunHooks& hooks_;
  GuestRun run_;
  Pace pace_;
  TerminalKeys keys_;
  TerminalScreen screen_;
  std::deque<KeyStroke> strokes_;
  std::string image_, end_;
  bool gone_ = false;
  Clock::time_point drawn_{}, measured_ = Clock::now(), last_key_{};
  std::uint64_t measured_instructions_ = 0, shown_instructions_ = 0;
  double mips_ = 0;
};

}  // namespace

Result<RunResult> run_interactively(Session& session, const std::optional<Until>& goal, const Budget& budget,
                                    Typist& typist, const RunHooks& hooks) {
  const TerminalSize size = Terminal::size();
  if (size.columns < TerminalScreen::kLeast.columns || size.rows < TerminalScreen::kLeast.rows)
    return fail(fmt::format(
        "The terminal has {} columns and {} rows, and --interactive needs {} by {} (80 by 26 show the whole "
        "screen): enlarge it.",
        size.columns, size.rows, TerminalScreen::kLeast.columns, TerminalScreen::kLeast.rows));
  auto terminal = Terminal::open();
  if (!terminal) return std::unexpected(terminal.error());
  return Interactive(std::move(*terminal), session, goal, budget, typist, hooks).run();
}

}  // namespace ringside
