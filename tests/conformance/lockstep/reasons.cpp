// SPDX-License-Identifier: GPL-2.0-or-later
#include "reasons.h"

namespace ringside::lockstep {
namespace {

bool saved_rf(const Moment& m, const Difference& d) {
  return m.delivery && d.field == "saved RFLAGS" && (d.ours ^ d.theirs) == rflags::rf && d.ours & rflags::rf;
}

bool accessed_code(const Moment& m, const Difference& d) {
  return m.delivery && d.field == "CS.attributes" && (d.ours ^ d.theirs) == 1 && d.ours & 1;
}

constexpr Reason kReasons[] = {
    {"RF in a fault's frame", saved_rf,
     "volume 3B 17.3.1.1: a fault saves RFLAGS with RF set; QEMU saves them as they are"},
    {"A of a code segment entered by a delivery", accessed_code,
     "volume 3A 3.4.5.1: A is set whenever the descriptor is loaded into a segment register; QEMU does not "
     "when it delivers"},
};

}  // namespace

std::span<const Reason> reasons() { return kReasons; }

}  // namespace ringside::lockstep
