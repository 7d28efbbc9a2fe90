// SPDX-License-Identifier: GPL-2.0-or-later
// Which checkpoints a Timeline keeps: dense where somebody is likely to step, sparser with age, and never
// more than its limit of memory.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sim/timeline/branch.h"

namespace ringside {
namespace {

// Between two checkpoints at most this effort is allowed, as long as memory suffices: what a seek costs.
constexpr std::uint64_t kWidestGap = 16'000'000;
// A gap may be this part of its age.
constexpr std::uint64_t kAgePerGap = 8;

// What a checkpoint holds besides pages.
std::size_t bytes_besides_pages(const Checkpoint& c, const IntervalSummary& summary) {
  constexpr std::size_t kDelivery = 8192;
  return sizeof c + c.cpu.context.size() + c.newest_events.size() * sizeof(Event) +
         c.newest_deliveries.size() * kDelivery + c.memory.pages() / 64 * sizeof(std::shared_ptr<int>) +
         2 * (summary.written_pages.size() * 4 + summary.ports.size() * 2);
}

template <class T>
void merge(std::vector<T>& into, const std::vector<T>& more) {
  std::vector<T> all;
  std::ranges::set_union(into, more, std::back_inserter(all));
  into = std::move(all);
}

}  // namespace

void IntervalSummary::add(const IntervalSummary& other) {
  merge(written_pages, other.written_pages);
  merge(ports, other.ports);
  event_kinds.add(other.event_kinds);
}

std::vector<Position> Timeline::checkpoints() const {
  std::vector<Position> all;
  for (const Kept& kept : branch_->kept) all.push_back(kept.position());
  return all;
}

std::size_t Timeline::memory_used() const {
  std::size_t bytes = machine_->checkpoint_bytes();
  std::vector<const Checkpoint*> seen;
  for (const auto& branch : branches_)
    for (const Kept& kept : branch->kept) {
      if (branches_.size() > 1) {
        if (std::ranges::find(seen, kept.checkpoint.get()) != seen.end()) continue;
        seen.push_back(kept.checkpoint.get());
      }
      bytes += bytes_besides_pages(*kept.checkpoint, kept.summary);
    }
  return bytes;
}

// A checkpoint of now, and what happened since the last of the branch's.
std::optional<Timeline::Kept> Timeline::make_checkpoint() {
  auto made = machine_->checkpoint();
  if (!made) {
    trouble_ = made.error().sentence + " Going back takes longer now; what happened is not lost.";
    return std::nullopt;
  }
  carried_.add({(*made)->written_pages, (*made)->ports, (*made)->event_kinds});
  return Kept{std::move(*made), machine_->effort() - effort_at_kept_, carried_};
}

void Timeline::keep_checkpoint() {
  auto made = make_checkpoint();
  if (!made && branch_->kept.size() > 2) {
    near_.clear();
    for (std::size_t i = branch_->kept.size() - 2; i > 0; i -= std::min<std::size_t>(i, 2)) forget(i);
    made = make_checkpoint();
  }
  effort_at_kept_ = machine_->effort();
  if (!made) {
    interval_ *= 2;
    return;
  }
  carried_ = {};
  keep_hash({made->position(), made->checkpoint->state_hash});
  branch_->kept.push_back(std::move(*made));
  thin();
}

void Timeline::keep_hash(const HashMark& mark) {
  Branch& b = *branch_;
  if (b.checkpoints_since_hash++ % b.checkpoints_per_hash != 0) return;
  b.hashes.push_back(mark);
  if (b.hashes.size() < kMostHashes) return;
  bool keep = false;
  std::erase_if(b.hashes, [&](const HashMark&) { return !(keep = !keep); });
  b.checkpoints_per_hash *= 2;
}

// One checkpoint less, on all branches that share it.
void Timeline::forget(std::size_t index) {
  const std::shared_ptr<const Checkpoint> gone = branch_->kept[index].checkpoint;
  for (const auto& branch : branches_) {
    const auto at = std::ranges::find(branch->kept, gone, &Kept::checkpoint);
    if (at == branch->kept.end()) continue;
    if (const auto next = at + 1; next != branch->kept.end()) {
      next->cost += at->cost;
      next->summary.add(at->summary);
    }
    branch->kept.erase(at);
  }
}

void Timeline::thin() {
  std::vector<Kept>& kept = branch_->kept;
  // By age: two gaps become one where that is still short for its age.
  std::uint64_t age = 0;
  for (std::size_t i = kept.size() - 1; i-- > 1;) {
    age += kept[i + 1].cost;
    const std::uint64_t allowed = std::min(age / kAgePerGap, kWidestGap);
    const std::uint64_t joined = kept[i].cost + kept[i + 1].cost;
    if (joined <= allowed) forget(i);
  }
  // By memory: the gap that is the least for its age goes, until there is room.
  if (memory_used() <= config_.memory_limit) return;
  near_.clear();
  while (memory_used() > config_.memory_limit && kept.size() > 2) {
    std::size_t least = 1;
    double least_ratio = 1e300;
    std::uint64_t old = 0;
    for (std::size_t i = kept.size() - 1; i-- > 1;) {
      old += kept[i + 1].cost;
      const double ratio =
          static_cast<double>(kept[i].cost + kept[i + 1].cost) / static_cast<double>(old + 1);
      if (ratio < least_ratio) {
        least_ratio = ratio;
        least = i;
      }
    }
    forget(least);
  }
  if (memory_used() <= config_.memory_limit || kept.size() < 2) return;
  // Not even one besides power-on fits.
  carried_ = kept.back().summary;
  effort_at_kept_ = machine_->effort() - kept.back().cost;
  machine_->rebase(*kept.front().checkpoint);
  kept.pop_back();
  interval_ = std::max(interval_, machine_->effort() - effort_at_kept_) * 2;
  trouble_ = fmt::format(
      "{} MiB are too little for checkpoints of this guest's memory: going back takes longer. Give the "
      "history more.",
      config_.memory_limit >> 20);
}

}  // namespace ringside
