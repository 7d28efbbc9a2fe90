// SPDX-License-Identifier: GPL-2.0-or-later
// Going to a point of the branch, and looking for one.
#include <fmt/format.h>

#include <algorithm>

#include "sim/timeline/branch.h"

namespace ringside {
namespace {

// Checkpoints left behind so far before the point that a seek goes to, for steps back from there.
constexpr std::uint64_t kNear[] = {65'536, 4'096};
constexpr std::size_t kMostNear = 8;

Stop arrived() { return {StopKind::step, 0, 0, "The machine stands where it was to go."}; }

// What ended a run that was to go somewhere.
Stop arrival(const Stop& stop) {
  if (stop.kind == StopKind::budget) return arrived();
  if (stop.kind == StopKind::paused) return {StopKind::paused, 0, 0, "Given up on the way."};
  return stop;
}

}  // namespace

void Timeline::come_from(const Kept& kept) {
  machine_->restore(*kept.checkpoint, same_until_);
  same_until_ = kNever;
  applied_ = kept.checkpoint->commands->size();
  const bool of_branch =
      std::ranges::any_of(branch_->kept, [&](const Kept& k) { return k.checkpoint == kept.checkpoint; });
  carried_ = of_branch ? IntervalSummary{} : kept.summary;
  effort_at_kept_ = machine_->effort() - (of_branch ? 0 : kept.cost);
}

// The latest checkpoint that may be used; power-on always may.
const Timeline::Kept* Timeline::nearest(
    const std::function<bool(const Position&, const Checkpoint&)>& usable) const {
  const Kept* best = &branch_->kept.front();
  for (const std::vector<Kept>* list :
       std::initializer_list<const std::vector<Kept>*>{&branch_->kept, &near_})
    for (auto k = list->rbegin(); k != list->rend(); ++k) {
      if (k->position() <= best->position() || !usable(k->position(), *k->checkpoint)) continue;
      best = &*k;
      if (list == &branch_->kept) break;
    }
  return best;
}

void Timeline::keep_near() {
  auto made = make_checkpoint();
  if (!made) return;
  if (near_.size() >= kMostNear) near_.erase(near_.begin());
  near_.push_back(std::move(*made));
}

// Forward to the first point with so many instructions, or to the position.
Stop Timeline::arrive(std::uint64_t instructions, const std::optional<Position>& position, Pause pause) {
  const RunLimits plain{.pause = pause, .ignore_breakpoints = true};
  for (const std::uint64_t before : kNear) {
    const std::uint64_t now = machine_->instructions();
    if (instructions < now + 2 * before || !in_past()) continue;
    RunLimits limits = plain;
    limits.instructions = instructions - before - now;
    if (const Stop stop = go(limits, position); stop.kind != StopKind::budget) return arrival(stop);
    keep_near();
  }
  RunLimits limits = plain;
  if (!position) limits.instructions = instructions - machine_->instructions();
  return arrival(go(limits, position));
}

Stop Timeline::seek(std::uint64_t instructions, Pause pause) {
  if (!config_.keep) return {StopKind::history_start, 0, 0, "No history is kept of this run."};
  if (instructions >= branch_->end.instructions) return seek(branch_->end, pause);
  return seek_before(instructions, pause);
}

Stop Timeline::seek_before(std::uint64_t instructions, Pause pause) {
  const auto before = [&](std::uint64_t count, bool halted) {
    return count < instructions || (count == instructions && !halted);
  };
  const Kept* from =
      nearest([&](const Position& at, const Checkpoint& c) { return before(at.instructions, c.halted); });
  const bool from_here =
      before(machine_->instructions(), machine_->cpu().halted) && now() >= from->position();
  if (!from_here) come_from(*from);
  return arrive(instructions, std::nullopt, pause);
}

Stop Timeline::seek(const Position& wanted, Pause pause) {
  if (!config_.keep) return {StopKind::history_start, 0, 0, "No history is kept of this run."};
  const Position to = std::min(wanted, branch_->end);
  const Kept* from = nearest([&](const Position& at, const Checkpoint&) { return at <= to; });
  if (now() > to || now() < from->position()) come_from(*from);
  if (now() == to) return arrived();
  return arrive(to.instructions, to, pause);
}

Stop Timeline::step_back() {
  const Stop start{StopKind::history_start, 0, 0, "This is the start of the history: power-on."};
  if (!config_.keep) return {StopKind::history_start, 0, 0, "No history is kept of this run."};
  const Position here = now();
  if (machine_->cpu().halted) {
    // Halted for a while: the point before is where that began.
    seek_before(here.instructions);
    if (now() < here) return arrived();
  }
  if (here.instructions == 0) {
    seek(Position{});
    return start;
  }
  return seek_before(here.instructions - 1);
}

// The window from a checkpoint to `end`. What is looked for is often near: the last parts of the newest
// window are looked at first.
bool Timeline::scan_window(const BackSearch& search, const Kept& from, const Position& end, bool newest) {
  come_from(from);
  Position part = end;
  for (const std::uint64_t tail : {kNear[1], kNear[0]}) {
    if (!newest || end.instructions - from.checkpoint->instructions < 2 * tail) break;
    go({.instructions = end.instructions - tail - machine_->instructions(), .ignore_breakpoints = true},
       part);
    const Position start = now();
    if (start < part && search.scan(part, false)) return true;
    part = std::min(part, start);
    come_from(from);
  }
  return search.scan(part, false);
}

SearchResult Timeline::search_back(const BackSearch& search) {
  const Position origin = now();
  const auto here = make_checkpoint();
  // Copied: what is kept may change on the way.
  std::vector<Kept> kept;
  for (const Kept& k : branch_->kept)
    if (k.position() < origin) kept.push_back(k);
  const IntervalSummary* later = nullptr;
  if (here) later = &here->summary;
  for (const Kept& k : branch_->kept)
    if (k.position() >= origin) {
      later = &k.summary;
      break;
    }
  const auto summary = [&](std::size_t n) { return n + 1 < kept.size() ? &kept[n + 1].summary : later; };
  const auto checkpoint_after = [&](std::size_t n) -> const Checkpoint* {
    if (n + 1 < kept.size()) return kept[n + 1].checkpoint.get();
    return here ? here->checkpoint.get() : nullptr;
  };
  const auto end_of = [&](std::size_t n) { return n + 1 < kept.size() ? kept[n + 1].position() : origin; };
  const auto may = [&](std::size_t n) {
    return !search.may_hold || !summary(n) || search.may_hold(*summary(n));
  };
  const auto must = [&](std::size_t n) {
    return search.must_hold && checkpoint_after(n) &&
           search.must_hold(*kept[n].checkpoint, *checkpoint_after(n));
  };
  const auto cancelled = [&] { return search.cancel && search.cancel->load(std::memory_order_relaxed); };
  const auto report = [&](std::size_t n) {
    if (search.progress)
      *search.progress =
          1 - static_cast<double>(end_of(n).instructions) / static_cast<double>(origin.instructions + 1);
  };

  SearchResult result;
  const std::uint64_t begun = machine_->effort();
  searching_ = search.cancel;
  for (std::size_t n = kept.size(); n-- > 0 && result.end == SearchResult::End::not_found;) {
    report(n);
    if (cancelled()) {
      result.end = SearchResult::End::cancelled;
    } else if (machine_->effort() - begun <= search.patience) {
      if (may(n) && scan_window(search, kept[n], end_of(n), n + 1 == kept.size()))
        result.end = SearchResult::End::found;
    } else {
      std::size_t m = n + 1;
      while (m > 0 && !must(m - 1)) --m;
      result.skipped = {m > 0 ? end_of(m - 1).instructions : 0, end_of(n).instructions};
      if (m == 0) break;
      come_from(kept[m - 1]);
      if (search.scan(end_of(m - 1), true)) result.end = SearchResult::End::found;
      break;
    }
  }
  searching_ = nullptr;
  // What was cut off may have found something older than the newest.
  if (cancelled()) result.end = SearchResult::End::cancelled;
  if (here)
    come_from(*here);
  else
    seek(origin);
  return result;
}

void Timeline::look_ahead(const RunLimits& limits, const std::function<void(const Stop&)>& at_stop) {
  const Position origin = now();
  const auto here = make_checkpoint();
  if (!here) return at_stop({StopKind::unsupported, 0, 0, trouble_});
  Stop stop{StopKind::budget, 0, 0, "The machine stands where it was to go."};
  RunLimits rest = limits;
  if (in_past()) {
    stop = go(limits, branch_->end);
    const std::uint64_t ran = machine_->instructions() - origin.instructions;
    rest.instructions = limits.instructions > ran ? limits.instructions - ran : 0;
    rest.continues = true;
  }
  if (stop.kind == StopKind::budget && rest.instructions > 0) stop = machine_->run(rest);
  at_stop(stop);
  come_from(*here);
}

bool Timeline::may_stop(const RunLimits& limits, const IntervalSummary& seen) const {
  if (limits.until_address || !limits.until_serial.empty() || limits.stop_on.meets(seen.event_kinds))
    return true;
  if (limits.ignore_breakpoints) return false;
  const auto& all = limits.breakpoints ? *limits.breakpoints : machine_->breakpoints();
  return std::ranges::any_of(all, [&](const Breakpoint& b) {
    if (!b.enabled) return false;
    if (b.kind == BreakKind::event) return seen.event_kinds.has(b.event.kind);
    const bool stores_alone = b.kind == BreakKind::store || b.kind == BreakKind::change;
    if (!stores_alone || !b.physical) return true;
    for (std::uint64_t page = b.address.value / kImagePageBytes;
         page <= (b.address.value + b.length - 1) / kImagePageBytes; ++page)
      if (std::ranges::binary_search(seen.written_pages, static_cast<std::uint32_t>(page))) return true;
    return false;
  });
}

Stop Timeline::run_back(const RunLimits& limits, const std::function<bool(const Event&)>& matches,
                        std::atomic<double>* progress) {
  if (!config_.keep) return {StopKind::history_start, 0, 0, "No history is kept of this run."};
  struct Find {
    Position position;                          // of an address
    std::optional<std::uint64_t> instructions;  // of an access or event: the count before it
    Stop stop;
  };
  const Position origin = now();
  std::optional<Find> newest;
  // The one wanted event of a stop, or of the events that a stop for another reason left behind.
  const auto event_of = [&](const Stop& stop, std::uint64_t seen) -> std::optional<std::uint64_t> {
    const EventLog& log = machine_->events();
    if (stop.kind == StopKind::event && (!matches || stop.value != kNoBreakpoint)) return stop.event;
    for (std::uint64_t n = std::max(seen, log.first()); n < log.total(); ++n)
      if (limits.stop_on.has(log[n].kind) && (!matches || matches(log[n]))) return n;
    return std::nullopt;
  };
  BackSearch search;
  search.cancel = limits.pause;
  search.progress = progress;
  search.may_hold = [&](const IntervalSummary& seen) { return may_stop(limits, seen); };
  search.scan = [&](const Position& end, bool) {
    std::optional<Find> found;
    RunLimits forward = limits;
    forward.pause = nullptr;
    forward.instructions = ~std::uint64_t{0};
    forward.until_time = kNever;
    forward.continues = true;  // an address counts at the window's start
    while (now() < end) {
      const std::uint64_t seen = machine_->events().total();
      Stop stop = replay(forward, end);
      forward.continues = false;
      const bool at_event = stop.kind == StopKind::event || stop.final();
      if (stop.kind == StopKind::address || stop.kind == StopKind::breakpoint) {
        if (now() < origin) found = Find{now(), std::nullopt, stop};
      } else if (stop.kind == StopKind::watchpoint) {
        found = Find{{}, stop.hit->instructions, stop};
      } else if (stop.kind == StopKind::text) {
        found = Find{{}, machine_->instructions() - 1, stop};
      } else if (const auto event = at_event ? event_of(stop, seen) : std::nullopt) {
        stop.event = *event;
        stop.ahead = machine_->events()[*event];
        if (stop.ahead->instructions < origin.instructions) found = Find{{}, stop.ahead->instructions, stop};
      } else if (!at_event) {
        break;
      }
      if (stop.final()) break;
    }
    if (found) newest = found;
    return found.has_value();
  };
  switch (search_back(search).end) {
    case SearchResult::End::found: break;
    case SearchResult::End::cancelled: return {StopKind::paused, 0, 0, "The search was given up."};
    case SearchResult::End::not_found:
      seek(Position{});
      return {StopKind::history_start, 0, 0,
              "Nothing of that happened before: this is the start of the history."};
  }
  if (newest->instructions)
    seek_before(*newest->instructions);
  else
    seek(newest->position);
  return newest->stop;
}

}  // namespace ringside
