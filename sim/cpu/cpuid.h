// SPDX-License-Identifier: GPL-2.0-or-later
// CPUID: what processor this machine has. The answers are fixed, the same on every host, and name only what
// the engine runs the same everywhere. Source: Intel SDM volume 2A, CPUID, tables 3-8 to 3-11.
//
// Not offered, though some engines could: AVX and XSAVE (no state for them is kept), RDRAND and RDSEED (they
// would make runs differ), APIC and x2APIC, MONITOR, machine check, MTRR, PCID and INVPCID, five-level
// paging, SMT and caches.
#pragma once

#include <cstdint>

namespace ringside {

struct CpuidResult {
  std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  bool operator==(const CpuidResult&) const = default;
};

// A leaf that does not exist is answered like the highest basic leaf, as the manual has it.
CpuidResult cpuid(std::uint32_t leaf, std::uint32_t subleaf);

}  // namespace ringside
