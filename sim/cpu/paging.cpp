// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/paging.h"

#include <span>

#include "sim/base/bits.h"

namespace ringside {
namespace {

// Bits of every paging-structure entry (SDM tables 4-5, 4-6 and 4-15 to 4-20).
constexpr std::uint64_t kPresent = 1 << 0, kWritable = 1 << 1, kUser = 1 << 2, kAccessed = 1 << 5,
                        kDirty = 1 << 6, kPageSize = 1 << 7;
constexpr unsigned kNoExecuteBit = 63;

// Bits of the #PF error code (SDM 4.7).
constexpr std::uint32_t kErrorPresent = 1, kErrorWrite = 2, kErrorUser = 4, kErrorReserved = 8,
                        kErrorFetch = 16;

constexpr std::uint64_t bit_range(unsigned high, unsigned low) {
  return ((std::uint64_t{2} << (high - low)) - 1) << low;
}

// One level of a hierarchy: which bits of the linear address index its table.
struct Level {
  unsigned level, shift, index_bits;
};
constexpr std::array<Level, 2> kTwoLevels{{{2, 22, 10}, {1, 12, 10}}};
constexpr std::array<Level, 3> kPaeLevels{{{3, 30, 2}, {2, 21, 9}, {1, 12, 9}}};
constexpr std::array<Level, 4> kFourLevels{{{4, 39, 9}, {3, 30, 9}, {2, 21, 9}, {1, 12, 9}}};

std::span<const Level> levels(PagingMode paging) {
  switch (paging) {
    case PagingMode::none: return {};
    case PagingMode::two_level: return kTwoLevels;
    case PagingMode::pae: return kPaeLevels;
    case PagingMode::four_level: return kFourLevels;
  }
  return {};
}

bool no_execute_enabled(const CpuState& cpu, PagingMode paging) {
  return (paging == PagingMode::pae || paging == PagingMode::four_level) && (cpu.efer & efer::nxe);
}

bool maps_page(const CpuState& cpu, PagingMode paging, unsigned level, std::uint64_t entry) {
  if (level == 1) return true;
  if (!(entry & kPageSize)) return false;
  if (level == 2) return paging != PagingMode::two_level || (cpu.cr4 & cr4::pse);
  return level == 3 && paging == PagingMode::four_level;
}

// Bits that must be 0 in a present entry.
std::uint64_t reserved_bits(const CpuState& cpu, PagingMode paging, unsigned level, bool large) {
  // 32-bit tables: only the 4 MiB page has any. Its bits 13 to 20 are address bits 32 to 39 (PSE-36,
  // SDM 4.3).
  if (paging == PagingMode::two_level) return large ? bit_range(21, kPhysicalAddressBits - 19) : 0;
  // The four PAE directory pointers carry no rights at all. A processor loads and checks them when CR3 is
  // written; here they are read with every walk, so that a wrong one shows where it is used.
  if (paging == PagingMode::pae && level == 3)
    return bit_range(63, kPhysicalAddressBits) | bit_range(8, 5) | bit_range(2, 1);

  // With PAE tables bits 52 to 62 are reserved too; in long mode software owns them.
  std::uint64_t reserved = bit_range(paging == PagingMode::pae ? 62 : 51, kPhysicalAddressBits);
  if (!no_execute_enabled(cpu, paging)) reserved |= std::uint64_t{1} << kNoExecuteBit;
  if (level == 4) reserved |= kPageSize;
  if (large) reserved |= bit_range(level == 3 ? 29 : 20, 13);  // below the page's address, above the PAT bit
  return reserved;
}

// Where an entry points: the next table, or the page.
std::uint64_t frame(PagingMode paging, std::uint64_t entry, bool large, unsigned shift) {
  if (paging == PagingMode::two_level) {
    if (!large) return entry & bit_range(31, 12);
    return (entry & bit_range(31, 22)) | bits(entry, 20, 13) << 32;
  }
  return entry & bit_range(kPhysicalAddressBits - 1, large ? shift : 12);
}

std::uint32_t error_code(const CpuState& cpu, PagingMode paging, Access access, bool present, bool reserved) {
  std::uint32_t code = 0;
  if (present) code |= kErrorPresent;
  if (access.kind == AccessKind::write) code |= kErrorWrite;
  if (access.user) code |= kErrorUser;
  if (reserved) code |= kErrorReserved;
  // The processor tells fetches apart only where something can forbid them.
  const bool fetches_told = (cpu.cr4 & cr4::smep) || no_execute_enabled(cpu, paging);
  if (access.kind == AccessKind::fetch && fetches_told) code |= kErrorFetch;
  return code;
}

// The highest level whose entry withholds a right; 0 when all grant it.
struct Withheld {
  unsigned write = 0, user = 0, execute = 0;
};

// SDM 4.6.1: may this access use a page with these rights?
WalkFault check_rights(const CpuState& cpu, const Walk& walk) {
  const Access& access = walk.access;
  if (access.user && !walk.user) return WalkFault::user_denied;
  const bool supervisor_on_user_page = !access.user && walk.user;
  if (access.kind == AccessKind::fetch) {
    if (supervisor_on_user_page && (cpu.cr4 & cr4::smep)) return WalkFault::smep;
    return walk.no_execute ? WalkFault::no_execute : WalkFault::none;
  }
  const bool smap_lifted = !access.implicit && (cpu.rflags & rflags::ac);
  if (supervisor_on_user_page && (cpu.cr4 & cr4::smap) && !smap_lifted) return WalkFault::smap;
  const bool read_only_binds = access.user || (cpu.cr0 & cr0::wp);
  if (access.kind == AccessKind::write && !walk.writable && read_only_binds)
    return WalkFault::write_protected;
  return WalkFault::none;
}

unsigned blamed_level(WalkFault fault, const Withheld& withheld) {
  switch (fault) {
    case WalkFault::user_denied: return withheld.user;
    case WalkFault::write_protected: return withheld.write;
    case WalkFault::no_execute: return withheld.execute;
    default: return 0;  // SMEP and SMAP: every entry says "user", none alone is to blame
  }
}

}  // namespace

PagingMode paging_mode(const CpuState& cpu) {
  if (!(cpu.cr0 & cr0::pg)) return PagingMode::none;
  if (!(cpu.cr4 & cr4::pae)) return PagingMode::two_level;
  return cpu.efer & efer::lma ? PagingMode::four_level : PagingMode::pae;
}

PhysAddr top_table(const CpuState& cpu, PagingMode paging) {
  switch (paging) {
    case PagingMode::none: return {};
    case PagingMode::two_level: return {cpu.cr3 & bit_range(31, 12)};
    case PagingMode::pae: return {cpu.cr3 & bit_range(31, 5)};
    case PagingMode::four_level: return {cpu.cr3 & bit_range(kPhysicalAddressBits - 1, 12)};
  }
  return {};
}

std::optional<PhysAddr> next_table(const CpuState& cpu, PagingMode paging, unsigned level,
                                   std::uint64_t entry) {
  if (!(entry & kPresent) || maps_page(cpu, paging, level, entry)) return std::nullopt;
  return PhysAddr{frame(paging, entry, false, 12)};
}

Walk walk(const CpuState& cpu, const PhysicalReader& read, VirtAddr address, Access access) {
  Walk result;
  result.paging = paging_mode(cpu);
  result.access = access;
  // Only long mode has linear addresses wider than 32 bits.
  if (!(cpu.efer & efer::lma)) address.value &= 0xFFFF'FFFF;
  result.address = address;

  if (result.paging == PagingMode::none) {
    result.physical = {address.value};
    result.writable = result.user = true;
    return result;
  }
  if (!canonical(address.value)) {
    result.fault = WalkFault::non_canonical;
    return result;
  }

  const auto stop = [&](WalkFault fault, unsigned level) {
    result.fault = fault;
    result.fault_level = level;
    result.error_code = error_code(cpu, result.paging, access, fault != WalkFault::not_present,
                                   fault == WalkFault::reserved_bit);
    return result;
  };

  const unsigned entry_bytes = result.paging == PagingMode::two_level ? 4 : 8;
  Withheld withheld;
  PhysAddr table = top_table(cpu, result.paging);
  for (const Level& level : levels(result.paging)) {
    const unsigned index = bits(address.value, level.shift + level.index_bits - 1, level.shift);
    const PhysAddr at = table + std::uint64_t{index} * entry_bytes;
    const std::uint64_t entry = read(at, entry_bytes);
    result.entries[result.count++] = {level.level, index, at, entry, entry_bytes};

    if (!(entry & kPresent)) return stop(WalkFault::not_present, level.level);
    const bool last = maps_page(cpu, result.paging, level.level, entry);
    const bool large = last && level.level > 1;
    if (entry & reserved_bits(cpu, result.paging, level.level, large))
      return stop(WalkFault::reserved_bit, level.level);

    const bool grants_all = result.paging == PagingMode::pae && level.level == 3;
    if (!grants_all) {
      if (!(entry & kWritable) && !withheld.write) withheld.write = level.level;
      if (!(entry & kUser) && !withheld.user) withheld.user = level.level;
      if (no_execute_enabled(cpu, result.paging) && bit(entry, kNoExecuteBit) && !withheld.execute)
        withheld.execute = level.level;
    }

    table = {frame(result.paging, entry, large, level.shift)};
    if (last) {
      result.page_bytes = std::uint64_t{1} << level.shift;
      break;
    }
  }

  result.writable = !withheld.write;
  result.user = !withheld.user;
  result.no_execute = withheld.execute;
  if (const WalkFault fault = check_rights(cpu, result); fault != WalkFault::none)
    return stop(fault, blamed_level(fault, withheld));
  result.physical = table + (address.value & (result.page_bytes - 1));
  return result;
}

Walk walk(const CpuState& cpu, const PhysicalMemory& memory, VirtAddr address, Access access) {
  return walk(
      cpu, [&memory](PhysAddr at, unsigned size) { return memory.read(at, size); }, address, access);
}

bool allows(const CpuState& cpu, const Walk& walked, AccessKind kind) {
  if (walked.paging == PagingMode::none) return true;
  Walk other = walked;
  other.access.kind = kind;
  return check_rights(cpu, other) == WalkFault::none;
}

bool marked(const Walk& walk, AccessKind kind) {
  for (unsigned i = 0; i < walk.count; ++i) {
    const bool unmarked_kind = walk.paging == PagingMode::pae && walk.entries[i].level == 3;
    if (!unmarked_kind && !(walk.entries[i].entry & kAccessed)) return false;
  }
  return kind != AccessKind::write || walk.count == 0 || walk.entries[walk.count - 1].entry & kDirty;
}

const char* name(WalkFault fault) {
  switch (fault) {
    case WalkFault::none: return "no fault";
    case WalkFault::non_canonical: return "not a canonical address";
    case WalkFault::not_present: return "not present";
    case WalkFault::reserved_bit: return "reserved bit set";
    case WalkFault::write_protected: return "write to a read-only page";
    case WalkFault::user_denied: return "user access to a supervisor page";
    case WalkFault::no_execute: return "fetch from a no-execute page";
    case WalkFault::smep: return "supervisor fetch from a user page (SMEP)";
    case WalkFault::smap: return "supervisor access to a user page (SMAP)";
  }
  return "";
}

const char* level_name(PagingMode paging, unsigned level) {
  if (level == 0 || level > levels(paging).size()) return "";
  constexpr std::array<const char*, 5> kNames{"", "PT", "PD", "PDPT", "PML4"};
  return kNames[level];
}

}  // namespace ringside
