// SPDX-License-Identifier: GPL-2.0-or-later
// The page walk: how the processor turns a linear address into a physical one, kept level by level so that a
// panel can say which level and which bit stopped it. Pure: reads memory, changes nothing (accessed and dirty
// bits are reported, not set). Source: Intel SDM volume 3A chapter 4 (4.3 32-bit, 4.4 PAE, 4.5 4-level, 4.6
// access rights, 4.7 error code).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/physical_memory.h"

namespace ringside {

// The width CPUID reports: higher address bits in an entry are reserved (SDM 4.1.4, MAXPHYADDR).
inline constexpr unsigned kPhysicalAddressBits = 40;

enum class PagingMode : std::uint8_t { none, two_level, pae, four_level };
PagingMode paging_mode(const CpuState&);

// The table that CR3 names; none with paging off.
PhysAddr top_table(const CpuState&, PagingMode);
// The table that an entry of this level names; nothing where it maps a page or is not present.
std::optional<PhysAddr> next_table(const CpuState&, PagingMode, unsigned level, std::uint64_t entry);

enum class AccessKind : std::uint8_t { read, write, fetch };
struct Access {
  AccessKind kind = AccessKind::read;
  bool user = false;  // made at CPL 3; false = supervisor
  // Made by the processor itself (descriptor tables, TSS, pushes of a delivery): SMAP counts EFLAGS.AC as 0.
  bool implicit = false;
};

enum class WalkFault : std::uint8_t {
  none,
  non_canonical,
  not_present,
  reserved_bit,
  write_protected,
  user_denied,
  no_execute,
  smep,
  smap
};

struct WalkEntry {
  unsigned level = 0;        // 4 PML4, 3 PDPT, 2 PD, 1 PT
  unsigned index = 0;        // of the entry in its table
  PhysAddr address;          // of the entry itself
  std::uint64_t entry = 0;   // as read from memory
  unsigned entry_bytes = 8;  // 8, or 4 with two levels
};

struct Walk {
  VirtAddr address;
  Access access;
  PagingMode paging = PagingMode::none;
  std::array<WalkEntry, 4> entries{};  // top level first
  unsigned count = 0;                  // how many were read
  WalkFault fault = WalkFault::none;
  unsigned fault_level = 0;      // the level whose entry failed; 0 where no single entry is to blame
  std::uint32_t error_code = 0;  // of the #PF this access raises (P W/R U/S RSVD I/D); 0 when it succeeds
  PhysAddr physical;             // valid when fault is none
  std::uint64_t page_bytes = 0;  // 4 KiB, 2 MiB, 4 MiB, 1 GiB; 0 with paging off
  // The rights all levels give together (CR0.WP, SMEP, SMAP not counted in).
  bool writable = false, user = false, no_execute = false;
  bool ok() const { return fault == WalkFault::none; }
};

// Whether the rights found by a walk that succeeded, for whatever access, would allow one of this kind too.
bool allows(const CpuState&, const Walk&, AccessKind);
// Whether all entries have their accessed bit set, and for a write the dirty bit of the last one: then an
// access of this kind changes nothing in the tables (SDM volume 3A 4.8).
bool marked(const Walk&, AccessKind);

// Reads `size` bytes of physical memory; lets a caller put writes that have not happened yet in front of
// memory.
using PhysicalReader = std::function<std::uint64_t(PhysAddr, unsigned size)>;

Walk walk(const CpuState&, const PhysicalReader&, VirtAddr, Access);
Walk walk(const CpuState&, const PhysicalMemory&, VirtAddr, Access);

const char* name(WalkFault fault);                   // "not present", "write to a read-only page", ...
const char* level_name(PagingMode, unsigned level);  // "PML4", "PDPT", "PD", "PT"

}  // namespace ringside
