// SPDX-License-Identifier: GPL-2.0-or-later
// Two processors, two memories: what differs, and whether that is explained.
#include <fmt/format.h>

#include <cstring>

#include "follower_parts.h"
#include "undefined.h"

namespace ringside::lockstep {

const Reason* Follower::reason_for(const Difference& d) const {
  for (const Reason& reason : table_)
    if (reason.explains(moment_, d)) return &reason;
  return nullptr;
}

bool Follower::settle(const Difference& d) {
  if (const Reason* reason = reason_for(d)) {
    ++tally_.explained[std::string(reason->name)];
    return true;
  }
  complain(fmt::format("{}: ours {:#x}, QEMU's {:#x}", d.field, d.ours, d.theirs));
  return false;
}

void Follower::clear_accessed(const CpuState& cpu) {
  const std::uint64_t table = accessed_ & 4 ? cpu.ldtr.base : cpu.gdtr.base;
  const VirtAddr type{table + (accessed_ & 0xFFF8u) + 5};
  const Walk found = walk(cpu, machine_.memory(), type, {.kind = AccessKind::read});
  if (!found.ok()) return;
  const auto byte = static_cast<std::uint8_t>(machine_.memory().read(found.physical, 1) & ~1u);
  (void)machine_.apply(SetMemory{found.physical, byte});
}

void Follower::note_sticky_flags(const CpuState& ours, CpuState& theirs) {
  constexpr std::uint32_t kFlags = 0x3F;
  const std::uint32_t apart = (ours.fp.mxcsr ^ theirs.fp.mxcsr) & kFlags;
  if (apart & ~sticky_) settle({"MXCSR flags", ours.fp.mxcsr & kFlags, theirs.fp.mxcsr & kFlags});
  sticky_ = apart;
  theirs.fp.mxcsr ^= apart;
}

bool Follower::compare(const Record& record) {
  CpuState ours = machine_.cpu();
  if (record.kind == RecordKind::delivery) ours.halted = false;
  CpuState theirs = with_record(ours, record);
  note_sticky_flags(ours, theirs);
  ++tally_.states;
  tally_.fields += fields_compared(record);
  if (ours == theirs) return true;
  const Choice choice = machines_choice(moment_.before, moment_.code, moment_.bits);
  const std::uint64_t undefined = undefined_flags(moment_.before, moment_.code, moment_.bits);
  bool elsewhere = false;
  moment_.ours = &ours;
  moment_.theirs = &theirs;
  accessed_ = 0;
  for (Difference d : differences(ours, theirs)) {
    if (moment_.delivery && (d.ours ^ d.theirs) == 1 && d.ours & 1) {
      if (d.field == "CS.attributes") accessed_ = theirs.cs.selector;
      if (d.field == "SS.attributes") accessed_ = theirs.ss.selector;
    }
    elsewhere |= d.field == "RIP" || d.field == "CS";
    bool chosen = false;
    for (unsigned i = 0; i < 16; ++i)
      chosen |= choice.registers >> i & 1 && ours.gpr[i] == d.ours && theirs.gpr[i] == d.theirs;
    if (chosen) {
      std::string kind(choice.what);
      if (kind == "port input") {
        const bool fixed = moment_.op->byte < 0xE8;
        const unsigned port = fixed ? std::to_integer<unsigned>(moment_.code.back())
                                    : static_cast<unsigned>(moment_.before[Gpr::rdx] & 0xFFFF);
        kind += fmt::format(" {:#x}", port);
      }
      ++tally_.taken[kind];
      continue;
    }
    if (d.field == "RFLAGS" && !moment_.delivery && ((d.ours ^ d.theirs) & undefined)) {
      static constexpr std::pair<std::uint64_t, const char*> kNames[] = {
          {rflags::cf, "CF"}, {rflags::pf, "PF"}, {rflags::af, "AF"},
          {rflags::zf, "ZF"}, {rflags::sf, "SF"}, {rflags::of, "OF"}};
      for (const auto& [bit, flag] : kNames)
        if ((d.ours ^ d.theirs) & undefined & bit)
          ++tally_.undefined[fmt::format("{} behind {}{:02X}", flag, moment_.op->map ? "0F " : "",
                                         moment_.op->byte)];
      d.ours = (d.ours & ~undefined) | (d.theirs & undefined);
      if (d.ours == d.theirs) continue;
    }
    if (!settle(d) && elsewhere) parted_ = true;
  }
  moment_.ours = moment_.theirs = nullptr;
  machine_.adopt(theirs);
  if (accessed_) clear_accessed(theirs);
  return !parted_;
}

void Follower::compare_memory() {
  ++tally_.memories;
  since_memory_ = 0;
  const auto ours = std::span<const std::byte>(machine_.memory().bytes());
  const auto theirs = lead_.ram();
  unsigned different = 0;
  std::string list;
  const auto look = [&](std::size_t from, std::size_t to) {
    if (std::memcmp(ours.data() + from, theirs.data() + from, to - from) == 0) return;
    for (std::size_t i = from; i < to; ++i) {
      if (ours[i] == theirs[i]) continue;
      if (++different <= 8)
        list += fmt::format(" [{:#x}] ours {:02x}, QEMU's {:02x};", i, static_cast<unsigned>(ours[i]),
                            static_cast<unsigned>(theirs[i]));
    }
  };
  look(0, kVgaHoleStart);
  look(0x100000, ours.size());
  if (different) {
    complain(fmt::format("{} bytes of RAM differ:{}", different, list));
    parted_ = true;
  }
}

Result<void> Follower::resynchronise() {
  if (auto stopped = lead_.stop(); !stopped) return stopped;
  const Record* record = nullptr;
  for (QemuLead::News news; (news = lead_.next(record)) != QemuLead::News::silent;) {
    if (news != QemuLead::News::record) return fail("QEMU ended where the two had parted.");
    tally_.skipped += record->kind == RecordKind::state;
  }
  const auto plane = lead_.text_plane();
  if (!plane) return std::unexpected(plane.error());
  const auto put = [&](std::size_t from, std::span<const std::byte> theirs) {
    const auto ours = machine_.memory().bytes().subspan(from, theirs.size());
    for (std::size_t i = 0; i < theirs.size(); ++i)
      if (ours[i] != theirs[i])
        (void)machine_.apply(SetMemory{{from + i}, std::to_integer<std::uint8_t>(theirs[i])});
  };
  put(0, lead_.ram().first(kVgaHoleStart));
  put(0x100000, lead_.ram().subspan(0x100000));
  put(kVgaTextStart, std::as_bytes(std::span(*plane)));
  ++tally_.resynchronised;
  resync_ = pending_ = accepting_ = false;
  accepted_.reset();
  adopting_ = true;
  theirs_.clear();
  return lead_.go();
}

}  // namespace ringside::lockstep
