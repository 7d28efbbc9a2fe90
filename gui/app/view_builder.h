// SPDX-License-Identifier: GPL-2.0-or-later
// Makes views of a session that stands still: asks sim/inspect and sim/explain for what the window wants to
// see, and copies the rest. Keeps what does not change from one view to the next.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gui/view/machine_view.h"
#include "sim/session/session.h"

namespace ringside {

class ViewBuilder {
 public:
  // The session lives longer than this.
  explicit ViewBuilder(Session& session) : session_(session) {}

  // Everything but the runner's own facts (number, stop_number, stop_at_faults). REQUIRES: the machine does
  // not move during the call.
  std::shared_ptr<MachineView> build(const ViewRequest& request, RunState state);

  // After a reset, or on another branch: nothing that was known before need be true now.
  void forget();

 private:
  void copy_deliveries(MachineView& view);
  void copy_history(HistoryView& view);
  void copy_listing(const ViewRequest& request, MachineView& view);
  void copy_heap(MachineView& view);
  DeliveryText describe(const DeliveryRecord& record);
  BreakpointText describe(const Breakpoint& breakpoint) const;

  Session& session_;
  struct KnownDelivery {
    std::shared_ptr<const DeliveryRecord> record;
    DeliveryText text;
  };
  std::map<std::uint32_t, KnownDelivery> deliveries_;
  std::array<MarkList, kMarkLanes> marks_;
  std::shared_ptr<const std::vector<std::string>> commands_;
  std::size_t marks_seen_ = 0;  // of the timeline's
  Ticks last_time_ = 0;         // of the last of those
  EventKind last_kind_ = EventKind::interrupt;
  unsigned branch_ = 0;
  std::shared_ptr<const std::vector<HeapSample>> heap_samples_;  // null until the heap was in sight
  Listing listing_;                                              // the last one made,
  std::uint64_t listing_around_ = 0;                             // around this address; 0 = none
};

}  // namespace ringside
