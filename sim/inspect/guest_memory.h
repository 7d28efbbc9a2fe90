// SPDX-License-Identifier: GPL-2.0-or-later
// Guest memory by linear address, as an onlooker reads it: through the page tables of the moment, without any
// effect, without rights (the kernel's pages and the user's alike), and with a sentence where nothing can be
// read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/paging.h"
#include "sim/cpu/physical_memory.h"
#include "sim/symbols/unwind.h"

namespace ringside {

class GuestMemory {
 public:
  // A view like PhysicalMemory: cheap to copy, valid as long as the RAM behind it.
  GuestMemory(const CpuState& cpu, const PhysicalMemory& memory);

  // Where the byte lies in RAM; nothing when the walk stops or nobody answers at the physical address.
  std::optional<PhysAddr> translate(VirtAddr address) const;

  // 1 to 8 bytes, little endian.
  std::optional<std::uint64_t> read(VirtAddr address, unsigned size) const;
  // All or nothing.
  bool read(VirtAddr address, std::span<std::byte> bytes) const;
  // As many bytes as can be read from `address` on, at most `size`.
  std::vector<std::byte> readable(VirtAddr address, std::size_t size) const;

  // "not readable: the page walk stopped at PD[5], not present"; empty where a byte can be read.
  std::string why_not(VirtAddr address) const;

  // For the symbols layer. A copy: outlives this object, not the RAM.
  ReadMemory reader() const;

 private:
  CpuState cpu_;
  PhysicalMemory memory_;
};

// "PD[5] at 0x3028"; empty when no entry was read.
std::string last_entry(const Walk& walk);

}  // namespace ringside
