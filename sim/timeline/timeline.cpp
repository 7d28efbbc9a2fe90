// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/timeline/timeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/timeline/branch.h"

namespace ringside {
namespace {

// Marks are for drawing and for going to: where there are more, every other of the most common kinds goes.
constexpr std::size_t kMostMarks = 200'000;
// At the newest end, so many instructions at most between two looks at what running costs.
constexpr std::uint64_t kShortestSlice = 4096;

Stop budget(std::string sentence) { return {StopKind::budget, 0, 0, std::move(sentence)}; }

bool is_marked(EventKind kind) {
  switch (kind) {
    case EventKind::interrupt:
    case EventKind::exception:
    case EventKind::triple_fault:
    case EventKind::mode_change:
    case EventKind::control_write:
    case EventKind::serial_byte:
    case EventKind::command:
    case EventKind::reset:
    case EventKind::debug_exit:
    case EventKind::power_off: return true;
    default: return false;
  }
}

}  // namespace

Timeline::Timeline(std::unique_ptr<Machine> machine, HistoryConfig config)
    : machine_(std::move(machine)), config_(config) {
  begin();
}
Timeline::~Timeline() = default;

void Timeline::begin() {
  near_.clear();
  branches_.clear();
  branches_.push_back(std::make_unique<Branch>());
  branch_ = branches_.back().get();
  next_id_ = 1;
  applied_ = 0;
  carried_ = {};
  same_until_ = kNever;
  interval_ = config_.interval;
  trouble_.clear();
  effort_at_kept_ = machine_->effort();
  if (config_.keep) keep_checkpoint();
}

void Timeline::reset() {
  machine_->reset();
  begin();
}

void Timeline::preload(std::vector<LoggedCommand> commands, const Position& end) {
  branch_->commands = std::move(commands);
  branch_->end = end;
}

Position Timeline::now() const { return {machine_->time(), machine_->instructions(), applied_}; }
Position Timeline::end() const { return config_.keep ? branch_->end : now(); }

// --- forward ---

// Applies the next recorded command, if the machine stands at its time.
bool Timeline::apply_due() {
  if (!in_past() || applied_ >= branch_->commands.size() || machine_->final_stop()) return false;
  const LoggedCommand& due = branch_->commands[applied_];
  if (due.time > machine_->time()) return false;
  ++applied_;
  (void)machine_->apply(due.command);  // what it answered then was told then
  moved();
  return true;
}

// In the past: the next time at which something is to be done besides running.
Ticks Timeline::next_landmark() const {
  Ticks next = branch_->end.time;
  if (now() < branch_->lived) next = branch_->lived.time;
  if (applied_ < branch_->commands.size()) next = std::min(next, branch_->commands[applied_].time);
  const auto kept = std::ranges::upper_bound(branch_->kept, machine_->time(), {},
                                             [](const Kept& k) { return k.checkpoint->time; });
  if (kept != branch_->kept.end()) next = std::min(next, kept->checkpoint->time);
  return next;
}

Stop Timeline::go(RunLimits limits, const std::optional<Position>& until) {
  if (!limits.pause) limits.pause = searching_;
  const std::uint64_t begun = machine_->instructions();
  const std::uint64_t last = limits.instructions > ~begun ? ~std::uint64_t{0} : begun + limits.instructions;
  for (;;) {
    if (until && now() >= *until) return budget("The machine stands where it was to go.");
    if (machine_->instructions() >= last) return budget("The instructions asked for have run.");
    if (machine_->time() >= limits.until_time) return budget("The machine time asked for has passed.");
    if (limits.pause && limits.pause->load(std::memory_order_relaxed))
      return {StopKind::paused, 0, 0, "Paused."};
    if (apply_due()) continue;
    const std::uint64_t before = machine_->instructions(), effort = machine_->effort();
    RunLimits part = limits;
    part.instructions = last - before;
    if (in_past()) part.until_time = std::min(limits.until_time, next_landmark());
    if (now() >= branch_->lived) {
      const std::uint64_t since = effort - effort_at_kept_;
      const double left = static_cast<double>(interval_ > since ? interval_ - since : 0);
      const auto slice = static_cast<std::uint64_t>(left / effort_per_instruction_) + 1;
      part.instructions = std::min(part.instructions, std::max(slice, kShortestSlice));
    }
    if (until) part.until_time = std::min(part.until_time, until->time);
    const Stop stop = machine_->run(part);
    limits.continues = true;
    if (const std::uint64_t made = machine_->instructions() - before; made > kShortestSlice / 2)
      effort_per_instruction_ = static_cast<double>(machine_->effort() - effort) / static_cast<double>(made);
    moved();
    if (stop.kind != StopKind::budget) return stop;
  }
}

Stop Timeline::run(const RunLimits& limits) {
  return config_.keep ? go(limits, std::nullopt) : machine_->run(limits);
}

Stop Timeline::replay(RunLimits limits, const Position& end) { return go(std::move(limits), end); }

Stop Timeline::step() {
  if (!config_.keep) return machine_->step();
  const std::uint64_t before = machine_->instructions();
  Stop stop{StopKind::step, 0, 0, "One step was made."};
  while (machine_->instructions() == before) {
    if (apply_due()) continue;
    const bool past = in_past();
    if (past && machine_->cpu().halted)
      stop = machine_->run({.instructions = 1, .until_time = next_landmark(), .ignore_breakpoints = true});
    else
      stop = machine_->step();
    moved();
    if (stop.kind == StopKind::budget) stop = {StopKind::step, 0, 0, "One step was made."};
    if (!past || stop.kind != StopKind::step) break;
  }
  return stop;
}

Result<void> Timeline::apply(const Command& command) {
  if (!config_.keep) return machine_->apply(command);
  if (in_past()) {
    auto fresh = std::make_unique<Branch>();
    fresh->id = next_id_++;
    fresh->parent = branch_->id;
    fresh->start = fresh->end = fresh->lived = now();
    fresh->commands.assign(branch_->commands.begin(),
                           branch_->commands.begin() + static_cast<std::ptrdiff_t>(applied_));
    for (const Kept& kept : branch_->kept)
      if (kept.position() <= now()) fresh->kept.push_back(kept);
    for (const TimelineMark& mark : branch_->marks)
      if (mark.time < machine_->time()) fresh->marks.push_back(mark);
    fresh->marked_events = machine_->events().total();
    fresh->checkpoints_per_hash = branch_->checkpoints_per_hash;
    for (const HashMark& mark : branch_->hashes)
      if (mark.position <= now()) fresh->hashes.push_back(mark);
    fresh->begins_with = describe(command);
    std::erase_if(near_, [&](const Kept& kept) { return kept.position() > now(); });
    branch_ = fresh.get();
    branches_.push_back(std::move(fresh));
  }
  const Result<void> done = machine_->apply(command);
  // Also one that was refused is in the log.
  for (; applied_ < machine_->commands().size(); ++applied_)
    branch_->commands.push_back(machine_->commands()[applied_]);
  moved();
  return done;
}

// The machine has moved forward.
void Timeline::moved() {
  if (now() < branch_->lived) {
    const auto met = std::ranges::lower_bound(branch_->kept, now(), {}, &Kept::position);
    if (met == branch_->kept.end() || met->position() != now()) return;
    machine_->stands_at(*met->checkpoint);
    carried_ = {};
    effort_at_kept_ = machine_->effort();
    return;
  }
  branch_->lived = now();
  if (!in_past()) branch_->end = now();
  collect_marks();
  if (machine_->effort() - effort_at_kept_ >= interval_) keep_checkpoint();
}

void Timeline::collect_marks() {
  const EventLog& log = machine_->events();
  std::vector<TimelineMark>& marks = branch_->marks;
  for (std::uint64_t n = std::max(branch_->marked_events, log.first()); n < log.total(); ++n) {
    const Event& e = log[n];
    if (!is_marked(e.kind)) continue;
    const bool by_vector = e.kind == EventKind::interrupt || e.kind == EventKind::exception;
    marks.push_back(
        {e.time, e.instructions, e.kind, by_vector ? e.vector : e.line, e.value, e.delivery, e.rip});
  }
  branch_->marked_events = log.total();
  if (marks.size() <= kMostMarks) return;
  bool keep = false;
  std::erase_if(marks, [&](const TimelineMark& m) {
    const bool common =
        m.kind == EventKind::interrupt || m.kind == EventKind::serial_byte || m.kind == EventKind::exception;
    return common && (keep = !keep);
  });
}

// --- branches ---

std::vector<BranchInfo> Timeline::branches() const {
  std::vector<BranchInfo> all;
  for (const auto& b : branches_)
    all.push_back({b->id, b->parent, b->start, b.get() == branch_ ? end() : b->end, b->commands.size(),
                   b->begins_with});
  return all;
}

unsigned Timeline::branch() const { return branch_->id; }

const std::vector<LoggedCommand>& Timeline::commands() const {
  return config_.keep ? branch_->commands : machine_->commands();
}

Result<Stop> Timeline::switch_to(unsigned id, std::optional<Position> position) {
  const auto found = std::ranges::find(branches_, id, [](const auto& b) { return b->id; });
  if (found == branches_.end()) return fail(fmt::format("There is no branch {}.", id));
  if (found->get() != branch_) {
    // The two have the same past up to the first command that differs.
    const auto &a = branch_->commands, &b = (*found)->commands;
    std::size_t same = 0;
    while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
    Ticks until = kNever;
    if (same < a.size()) until = std::min(until, a[same].time);
    if (same < b.size()) until = std::min(until, b[same].time);
    same_until_ = std::min(same_until_, until);
    near_.clear();
    branch_ = found->get();
    const Kept* from = nearest([&](const Position& at, const Checkpoint&) { return at <= branch_->end; });
    come_from(*from);
  }
  return seek(position.value_or(branch_->end));
}

Result<void> Timeline::drop(unsigned id) {
  if (branch_->id == id) return fail("The machine stands on this branch: switch to another one first.");
  const auto gone = std::ranges::find(branches_, id, [](const auto& b) { return b->id; });
  if (gone == branches_.end()) return fail(fmt::format("There is no branch {}.", id));
  // Those that left it are its parent's now.
  for (const auto& b : branches_)
    if (b->parent == id) b->parent = (*gone)->parent;
  branches_.erase(gone);
  return {};
}

const std::vector<TimelineMark>& Timeline::marks() const { return branch_->marks; }
const std::vector<HashMark>& Timeline::hashes() const { return branch_->hashes; }

std::uint64_t Timeline::state_hash() {
  if (config_.keep)
    if (const auto here = make_checkpoint()) return here->checkpoint->state_hash;
  return machine_->state_hash();
}

}  // namespace ringside
