// SPDX-License-Identifier: GPL-2.0-or-later
// Makes views of a machine that stands still: asks sim/inspect and sim/explain for what the window wants to
// see, and copies the rest. Keeps what does not change from one view to the next.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gui/view/machine_view.h"
#include "sim/symbols/source_cache.h"

namespace ringside {

class ViewBuilder {
 public:
  explicit ViewBuilder(std::shared_ptr<const Symbols> symbols);

  // `state`, `stop`, `stop_number` and `stop_at_faults` are the runner's; everything else comes from the
  // machine. REQUIRES: `machine` does not move during the call; always the same machine.
  std::shared_ptr<MachineView> build(Machine& machine, const ViewRequest& request, RunState state);

  // After a reset the logs begin anew.
  void forget();

 private:
  void copy_deliveries(const Machine& machine, MachineView& view);
  void copy_marks(const Machine& machine, MachineView& view);
  Listing code(const Machine& machine, const ViewRequest& request);
  DeliveryText describe(const DeliveryRecord& record);

  std::shared_ptr<const Symbols> symbols_;
  SourceCache sources_;
  struct KnownDelivery {
    std::shared_ptr<const DeliveryRecord> record;
    DeliveryText text;
  };
  std::map<std::uint32_t, KnownDelivery> deliveries_;
  std::vector<TimeMark> marks_;
  std::uint64_t events_seen_ = 0;
};

// Reads through the page tables as the processor itself would, without touching them; false where nothing is
// mapped.
ReadMemory linear_reader(const Machine& machine);

}  // namespace ringside
