// SPDX-License-Identifier: GPL-2.0-or-later
// The time of a machine as something to move about in. Going back is going to the nearest checkpoint before,
// and from there forward again: the machine is deterministic, and what came from outside is in the list of
// commands.
//
// A history is a branch. Changing something in the past starts another branch there; the old one is kept
// until it is dropped. In the past, running repeats what happened, commands included, up to the branch's end,
// and goes on from there as ever.
//
// Not thread-safe: one thread at a time.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/error.h"
#include "sim/machine/checkpoint.h"
#include "sim/machine/machine.h"

namespace ringside {

// A point of a branch. Several commands may share a time; `commands` says how many of the branch's have been
// applied.
struct Position {
  Ticks time = 0;
  std::uint64_t instructions = 0;
  std::size_t commands = 0;
  friend bool operator==(const Position& a, const Position& b) {
    return a.time == b.time && a.commands == b.commands;
  }
  friend std::strong_ordering operator<=>(const Position& a, const Position& b) {
    return a.time != b.time ? a.time <=> b.time : a.commands <=> b.commands;
  }
};

struct HistoryConfig {
  bool keep = true;                                   // false: no going back, and nothing is spent on it
  std::size_t memory_limit = std::size_t{256} << 20;  // bytes that checkpoints may hold
  std::uint64_t interval = 4'000'000;  // between checkpoints at the newest end, in Machine::effort()
};

// What the time between two checkpoints has seen.
struct IntervalSummary {
  std::vector<std::uint32_t> written_pages;  // ascending
  std::vector<std::uint16_t> ports;          // ascending
  EventMask event_kinds;
  void add(const IntervalSummary& other);
};

// What the machine's state was at a point: for recordings, which are compared by it when they are replayed.
struct HashMark {
  Position position;
  std::uint64_t hash = 0;  // Machine::state_hash()
};

// Something to be drawn on the time line, or gone to.
struct TimelineMark {
  Ticks time = 0;
  std::uint64_t instructions = 0;  // before it
  EventKind kind = EventKind::interrupt;
  std::uint8_t which = 0;   // vector, line or ControlRegister, as in Event
  std::uint32_t value = 0;  // error code, byte, ..., as in Event
  std::uint32_t delivery = 0;
  std::uint64_t rip = 0;  // linear, as in Event
};

struct BranchInfo {
  unsigned id = 0;  // 0 is the first
  std::optional<unsigned> parent;
  Position start;  // where it left its parent
  Position end;
  std::size_t commands = 0;
  std::string begins_with;  // the command it began with, in words; "" for the first
};

// A search through the past, newest first.
struct BackSearch {
  // Whether an interval may hold what is looked for; by default each may.
  std::function<bool(const IntervalSummary&)> may_hold;
  // Whether it must: memory or processor differ in what is looked for between its start and its end.
  std::function<bool(const Checkpoint& start, const Checkpoint& end)> must_hold;
  // Called with the machine at the start of a window of time. Runs on to `end` by Timeline::replay() and
  // keeps the newest find; true if there is one. False ends nothing: the window before is next. `hurried`:
  // patience is at its end, and this window must hold it.
  std::function<bool(const Position& end, bool hurried)> scan;
  const std::atomic<bool>* cancel = nullptr;
  std::atomic<double>* progress = nullptr;  // 0 to 1
  // In Machine::effort(): so much is spent on intervals that may hold it; then only the newest that must is
  // looked at, and if there is none, nothing was found.
  std::uint64_t patience = ~std::uint64_t{0};
};

struct SearchResult {
  enum class End : std::uint8_t { found, not_found, cancelled } end = End::not_found;
  // Patience came to its end: from one instruction count to the other it was not looked for.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> skipped;
};

class Timeline {
 public:
  Timeline(std::unique_ptr<Machine> machine, HistoryConfig config);
  ~Timeline();

  Machine& machine() { return *machine_; }
  const Machine& machine() const { return *machine_; }
  bool keeps() const { return config_.keep; }

  // --- forward ---
  Stop step();
  Stop run(const RunLimits& limits);
  Result<void> apply(const Command& command);  // in the past: on a new branch that starts here
  void reset();                                // forgets all history
  // Puts the machine into the past of a history that is still to be lived: what is done from now on until
  // `end` is in these commands, by time. Going anywhere in it lives through it, and then it is as any other.
  // REQUIRES: nothing has happened yet, and history is kept.
  void preload(std::vector<LoggedCommand> commands, const Position& end);

  // --- where ---
  Position now() const;
  Position end() const;  // of this branch
  bool in_past() const { return now() < end(); }

  // --- back and forth within the branch ---
  // Commands of exactly that time are not yet applied, but at the branch's end.
  // Where this past has never been lived through by this machine, going takes as long as running: `pause`, if
  // set meanwhile, ends it somewhere on the way, as `paused`.
  using Pause = const std::atomic<bool>*;
  // To the first point with this count; beyond the end: the end.
  Stop seek(std::uint64_t instructions, Pause pause = nullptr);
  Stop seek(const Position& position, Pause pause = nullptr);
  // As seek(), also at the end: before what came at this count.
  Stop seek_before(std::uint64_t instructions, Pause pause = nullptr);
  Stop step_back();  // to the point before: one instruction or accepted interrupt
  // To the newest point before now at which a run with these limits would have stopped. Stands before the
  // instruction that stores, loads or causes the event. `matches`: of the kinds in limits.stop_on only those.
  // At the start of the history if there is none; where it was if `limits.pause` is set meanwhile.
  Stop run_back(const RunLimits& limits, const std::function<bool(const Event&)>& matches = {},
                std::atomic<double>* progress = nullptr);

  // For searches: afterwards the machine stands where it stood.
  SearchResult search_back(const BackSearch& search);
  // Runs on, beyond the end of the branch too, tells why that stopped, and stands where it stood: nothing of
  // it is history. The machine may be looked at in `at_stop`.
  void look_ahead(const RunLimits& limits, const std::function<void(const Stop&)>& at_stop);
  // From within a scan: forward until something stops the run, or the machine stands at `end` (`budget`).
  Stop replay(RunLimits limits, const Position& end);

  // --- branches ---
  std::vector<BranchInfo> branches() const;
  unsigned branch() const;
  Result<Stop> switch_to(unsigned branch, std::optional<Position> position = {});  // by default its end
  Result<void> drop(unsigned branch);                  // not the one the machine is in
  const std::vector<LoggedCommand>& commands() const;  // of this branch, those to come included

  // --- what it costs, and what to draw ---
  std::vector<Position> checkpoints() const;
  std::size_t memory_used() const;
  std::size_t memory_limit() const { return config_.memory_limit; }
  const std::vector<TimelineMark>& marks() const;  // of this branch, oldest first, the future included
  // Of this branch, at points that running came by, spread evenly: at most kMostHashes.
  const std::vector<HashMark>& hashes() const;
  static constexpr std::size_t kMostHashes = 256;
  std::uint64_t state_hash();  // of now, as Machine::state_hash(), and cheaper
  // Set where checkpoints could not be made as wanted: what that means, in a sentence.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Kept {
    std::shared_ptr<const Checkpoint> checkpoint;
    std::uint64_t cost = 0;  // effort since the one before
    IntervalSummary summary;
    Position position() const {
      return {checkpoint->time, checkpoint->instructions, checkpoint->commands->size()};
    }
  };
  struct Branch;

  void begin();
  Stop go(RunLimits limits, const std::optional<Position>& until);
  bool apply_due();
  Ticks next_landmark() const;
  void moved();
  void collect_marks();
  std::optional<Kept> make_checkpoint();
  void keep_checkpoint();
  void keep_hash(const HashMark& mark);
  void keep_near();
  void forget(std::size_t index);  // of the branch's checkpoints
  void thin();
  void come_from(const Kept& kept);
  const Kept* nearest(const std::function<bool(const Position&, const Checkpoint&)>& usable) const;
  bool scan_window(const BackSearch& search, const Kept& from, const Position& end, bool newest);
  Stop arrive(std::uint64_t instructions, const std::optional<Position>& position, Pause pause);
  // Whether a run with these limits could stop in a time that has seen this.
  bool may_stop(const RunLimits& limits, const IntervalSummary& seen) const;

  std::unique_ptr<Machine> machine_;
  HistoryConfig config_;
  std::vector<std::unique_ptr<Branch>> branches_;
  Branch* branch_ = nullptr;
  unsigned next_id_ = 0;
  std::size_t applied_ = 0;    // of the branch's commands
  std::vector<Kept> near_;     // around the last seek, for steps from there
  Ticks same_until_ = kNever;  // up to there the machine's logs are those of the branch
  IntervalSummary carried_;    // since the branch's newest checkpoint before now, up to the newest made
  std::uint64_t effort_at_kept_ = 0;  // Machine::effort() at the branch's newest checkpoint before now
  std::uint64_t interval_ = 0;
  double effort_per_instruction_ = 1;
  std::string trouble_;
  const std::atomic<bool>* searching_ = nullptr;  // ends what runs for a search
};

}  // namespace ringside
