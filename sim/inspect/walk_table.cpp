// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/base/bits.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/page_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

// The address an entry holds, without flags and without the bits above MAXPHYADDR.
std::uint64_t frame_of(const WalkEntry& e) {
  return e.entry_bytes == 4 ? e.entry & 0xFFFF'F000
                            : e.entry & bits(~std::uint64_t{0xFFF}, kPhysicalAddressBits - 1, 0);
}

// Why an access is stopped by the entry, in terms of its bits.
std::string reason(const Walk& w) {
  switch (w.fault) {
    case WalkFault::not_present: return "P is 0: nothing is mapped";
    case WalkFault::reserved_bit: return "a reserved bit is set";
    case WalkFault::write_protected: return "W is 0: no writing below here";
    case WalkFault::user_denied: return "U is 0: not for user code";
    case WalkFault::no_execute: return "NX is 1: no execution below here";
    case WalkFault::smep: return "U is 1 and CR4.SMEP keeps the kernel from running it";
    case WalkFault::smap: return "U is 1 and CR4.SMAP keeps the kernel from touching it";
    case WalkFault::none:
    case WalkFault::non_canonical: break;
  }
  return {};
}

}  // namespace

Table walk_table(const InspectContext& c, VirtAddr address, Access access) {
  const Walk w = walk(c.cpu, c.memory, address, access);
  Table t{.name = "walk",
          .title = fmt::format("Page walk of {:#x}", address.value),
          .note = walk_sentence(w),
          .columns = {{"Level"},
                      {"Index", true},
                      {"Entry at", true},
                      {"Entry", true},
                      {"Flags"},
                      {"Leads to", true},
                      {"Result"}},
          .rows = {}};
  for (unsigned i = 0; i < w.count; ++i) {
    const WalkEntry& e = w.entries[i];
    const char* level = level_name(w.paging, e.level);
    const bool failed = !w.ok() && e.level == w.fault_level;
    // With no single entry to blame (a right that an upper level takes away) the last one read stands for it.
    const bool last_failed = !w.ok() && w.fault_level == 0 && i + 1 == w.count;
    const bool present = bit(e.entry, 0);
    t.rows.push_back(
        {level,
         {plain(level), plain(std::to_string(e.index)), physical(e.address.value),
          plain(e.entry_bytes == 4 ? hex32(static_cast<std::uint32_t>(e.entry)) : hex64(e.entry)),
          plain(entry_flags(e, w.paging)), present ? physical(frame_of(e)) : Cell{},
          failed || last_failed ? bad(reason(w)) : plain("goes on", Tone::good)},
         bytes_of(e.address, e.entry_bytes)});
  }
  if (w.ok() && w.paging != PagingMode::none) {
    if (!t.rows.empty())
      t.rows.back().cells.back() = plain("page of " + bytes_words(w.page_bytes), Tone::good);
    t.rows.push_back(
        {"page",
         {plain("page"),
          {},
          {},
          {},
          plain(fmt::format("{}{}{}", w.writable ? "W " : "", w.user ? "U " : "", w.no_execute ? "NX" : "X")),
          physical(w.physical.value),
          plain(symbol(c.symbols, address.value).text)}});
  }
  return t;
}

}  // namespace ringside
