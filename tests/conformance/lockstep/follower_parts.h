// SPDX-License-Identifier: GPL-2.0-or-later
// The inside of follow(): follower.cpp reads the lead's records in order, follower_instruction.cpp runs our
// side, follower_compare.cpp compares.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compare.h"
#include "follower.h"
#include "qemu_lead.h"
#include "reasons.h"

namespace ringside::lockstep {

class Follower {
 public:
  Follower(Machine& machine, QemuLead& lead, std::span<const Reason> table, Outcome& outcome)
      : machine_(machine), lead_(lead), table_(table), outcome_(outcome), tally_(outcome.tally) {}

  Result<void> run(std::uint64_t instructions, std::uint64_t interval);

 private:
  bool take(const Record& record);  // false: the two have parted for good
  bool state(const Record& record);
  bool begun_again(const Record& record) const;
  bool acceptance(const Record& record);
  bool delivered(const Record& record);
  void run_pending();
  void compare_deliveries();
  void compare_frame(const Delivery& delivery);
  bool compare(const Record& record);
  const Reason* reason_for(const Difference& difference) const;
  bool settle(const Difference& difference);
  Result<void> resynchronise();
  void note_sticky_flags(const CpuState& ours, CpuState& theirs);
  void clear_accessed(const CpuState& cpu);
  void compare_memory();
  void complain(const std::string& text);
  std::string where() const;

  Machine& machine_;
  QemuLead& lead_;
  std::span<const Reason> table_;
  Outcome& outcome_;
  Tally& tally_;
  bool begun_ = false;
  bool pending_ = false;                  // the instruction of the last state has not run here yet
  std::optional<std::uint8_t> accepted_;  // what is pending is not an instruction, but this interrupt
  bool accepting_ = false;                // "Servicing hardware INT" was read
  bool parted_ = false;
  bool shut_down_ = false;      // QEMU's guest has met a triple fault
  bool resync_ = false;         // an explained difference has led the two to different places
  bool adopting_ = false;       // the next state is taken over as a whole
  std::uint16_t accessed_ = 0;  // selector of a descriptor that is marked accessed here alone
  std::uint32_t sticky_ = 0;    // flags of MXCSR that are apart
  std::uint64_t since_memory_ = 0;
  std::uint32_t deliveries_seen_ = 0;
  std::vector<Record> theirs_;  // deliveries since the last state
  Moment moment_;
};

}  // namespace ringside::lockstep
