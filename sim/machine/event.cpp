// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/machine/event.h"

#include <algorithm>

namespace ringside {

std::vector<Event> EventLog::newest(std::size_t most) const {
  std::vector<Event> events;
  const std::uint64_t from = std::max(first_, total_ - std::min<std::uint64_t>(total_, most));
  for (std::uint64_t n = from; n < total_; ++n) events.push_back((*this)[n]);
  return events;
}

void EventLog::restore(std::uint64_t total, const std::vector<Event>& newest, Ticks same_until) {
  // What is held now and was the same then.
  std::uint64_t end = std::min(total, total_);
  while (end > first_ && (*this)[end - 1].time >= same_until) --end;
  const std::uint64_t newest_from = total - newest.size();
  ring_.resize(std::min<std::uint64_t>(std::max<std::uint64_t>(ring_.size(), total), capacity_));
  if (first_ >= end || newest_from > end) first_ = newest_from;  // a gap: what lies before it is given up
  for (std::size_t i = 0; i < newest.size(); ++i) ring_[(newest_from + i) % capacity_] = newest[i];
  total_ = total;
  if (total_ - first_ > capacity_) first_ = total_ - capacity_;
}

}  // namespace ringside
