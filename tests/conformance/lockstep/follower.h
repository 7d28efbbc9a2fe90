// SPDX-License-Identifier: GPL-2.0-or-later
// Our machine in the steps of QEMU: instruction by instruction the same, or the reason why not.
//
// Before every instruction the whole processor is compared (trace_record.h says what QEMU tells), at
// intervals and at the end all of RAM and the text plane. The lead decides what the manual leaves to a
// machine: when an interrupt comes, what a port, the clock and CPUID answer, and undefined flags. Those
// values are taken over, and counted by kind. Any other difference is explained by an entry of reasons.h or
// stands in `unexplained`.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "reasons.h"
#include "sim/base/error.h"
#include "sim/machine/machine.h"

namespace ringside::lockstep {

struct Guest {
  std::string name;
  MachineConfig config;                            // `execution` and `intr_connected` are set by the follower
  std::uint64_t instructions = ~std::uint64_t{0};  // to follow at most
};

struct Tally {
  std::uint64_t states = 0;          // compared, each before an instruction or an acceptance
  std::uint64_t fields = 0;          // compared in them
  std::uint64_t instructions = 0;    // run by us
  std::uint64_t exceptions = 0;      // deliveries compared by vector and error code
  std::uint64_t interrupts = 0;      // taken where QEMU took them
  std::uint64_t rounds = 0;          // last rounds of REP, which do nothing and which only one side counts
  std::uint64_t begun_again = 0;     // instructions that QEMU began twice, as they store to themselves
  std::uint64_t memories = 0;        // times that all of RAM and the text plane was compared
  std::uint64_t resynchronised = 0;  // times that all was taken over behind an explained difference
  std::uint64_t skipped = 0;         // states that were not compared because of that
  std::map<std::string, std::uint64_t> taken;      // the machine's own choice, by kind: differed, taken over
  std::map<std::string, std::uint64_t> undefined;  // flags undefined by the manual that differed, by name
  std::map<std::string, std::uint64_t> explained;  // by name of the entry in reasons.h
  void add(const Tally& other);
};

struct Outcome {
  Tally tally;
  std::string end;                       // how it ended, one sentence
  std::vector<std::string> unexplained;  // the first ones, one paragraph each
};

// `launch_pad`: see qemu_lead.h. RAM is compared every `interval` states. `table`: what may differ.
Result<Outcome> follow(const Guest& guest, const std::string& launch_pad, std::uint64_t interval,
                       std::span<const Reason> table = reasons());

}  // namespace ringside::lockstep
