// SPDX-License-Identifier: GPL-2.0-or-later
#include "follower_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside::lockstep {
namespace {

constexpr std::size_t kMostUnexplained = 12;

// Whether it stands at an execution breakpoint that DR6 tells of (SDM volume 3B 17.2.4): a fault. Together
// with BS it is the trap of the instruction before.
bool at_breakpoint(const CpuState& cpu) {
  constexpr std::uint64_t kSingleStep = 1 << 14;
  if (cpu.dr6 & kSingleStep) return false;
  for (unsigned n = 0; n < 4; ++n)
    if (cpu.dr6 >> n & 1 && !(cpu.dr7 >> (16 + 4 * n) & 3) && cpu.dr[n] == linear_rip(cpu)) return true;
  return false;
}

bool jumps(const Opcode& op) {
  if (op.map == 1) return (op.byte & 0xF0) == 0x80;
  return (op.byte & 0xF0) == 0x70 || op.byte == 0xE9 || op.byte == 0xEB || op.byte == 0xE3 ||
         (op.byte == 0xFF && (op.modrm >> 3 & 7) == 4);
}

}  // namespace

std::string Follower::where() const {
  std::string code;
  for (const std::byte b : moment_.code.first(std::min<std::size_t>(moment_.code.size(), 15)))
    code += fmt::format("{:02x} ", static_cast<unsigned>(b));
  return fmt::format(
      "state {}, {} at {:#x}: {}{}", tally_.states, name(mode(moment_.before)), linear_rip(moment_.before),
      code,
      moment_.delivery ? fmt::format("(delivers {})", moment_.delivery->attempts[0].exception.vector) : "");
}

void Follower::complain(const std::string& text) {
  if (outcome_.unexplained.size() < kMostUnexplained)
    outcome_.unexplained.push_back(where() + "\n    " + text);
  else
    parted_ = true;
}

bool Follower::begun_again(const Record& record) const {
  const CpuState& ours = machine_.cpu();
  if (!pending_ || accepted_ || record.cpu.rip != (record.wide ? ours.rip : ours.rip & 0xFFFF'FFFF))
    return false;
  const InstructionBytes bytes = instruction_at(ours, machine_.memory());
  const auto op = opcode_of(bytes.span(), code_bits(ours));
  if (op && jumps(*op)) return false;  // that may well go to itself
  return with_record(ours, record).gpr == ours.gpr;
}

bool Follower::state(const Record& record) {
  if (begun_again(record)) {
    ++tally_.begun_again;
    return true;
  }
  run_pending();
  if (resync_) return true;
  // The engine and QEMU count the round of REP that finds nothing left to do differently.
  if (begun_ && moment_.op && repeats(*moment_.op) && !moment_.delivery) {
    const std::uint64_t rip = moment_.before.rip;
    const CpuState& ours = machine_.cpu();
    if (ours.rip != rip && record.cpu.rip == rip && record.cpu[Gpr::rcx] == 0) {
      ++tally_.rounds;
      return true;
    }
    if (ours.rip == rip && record.cpu.rip != rip && ours[Gpr::rcx] == 0) {
      machine_.step();
      ++tally_.rounds;
    }
  }
  if (!begun_ || adopting_) {
    // Behind a difference; at the beginning, tables and hidden parts of segments are as QEMU's loader left
    // them: the specification leaves them open.
    machine_.adopt(with_record(machine_.cpu(), record));
    sticky_ = 0;
    begun_ = true;
    adopting_ = false;
  }
  const bool together = compare(record);
  pending_ = together;
  ++since_memory_;
  return together;
}

bool Follower::acceptance(const Record& record) {
  run_pending();
  if (resync_) return true;
  const CpuState& ours = machine_.cpu();
  if (moment_.op && repeats(*moment_.op) && ours.rip != record.cpu.rip &&
      record.cpu.rip == moment_.before.rip && record.cpu[Gpr::rcx] == 0) {
    CpuState back = ours;
    back.rip = record.cpu.rip;
    machine_.adopt(back);
    ++tally_.rounds;
  }
  if (!compare(record)) return false;
  pending_ = true;
  accepted_ = record.vector;
  theirs_.push_back(record);
  return true;
}

bool Follower::delivered(const Record& record) {
  constexpr std::uint8_t kDebug = 1;  // as a trap it comes behind its instruction
  const std::uint64_t last = theirs_.empty() ? machine_.cpu().rip : theirs_.back().cpu.rip;
  const bool trap = theirs_.empty() && record.vector == kDebug && !at_breakpoint(record.cpu);
  const bool fetch = pending_ && !trap && record.cpu.rip != last;
  if (fetch) {
    run_pending();
    if (resync_) return true;
    Record state = record;
    state.cpu.cr2 = machine_.cpu().cr2;  // these are set already
    state.cpu.dr6 = machine_.cpu().dr6;
    if (!compare(state)) return false;
    pending_ = true;
  }
  theirs_.push_back(record);
  return true;
}

bool Follower::take(const Record& record) {
  switch (record.kind) {
    case RecordKind::state: return state(record);
    case RecordKind::not_run: pending_ = false; return true;
    case RecordKind::acceptance: accepting_ = true; return true;
    case RecordKind::delivery:
      if (accepting_) {
        accepting_ = false;
        return acceptance(record);
      }
      return delivered(record);
    case RecordKind::shutdown: shut_down_ = true; return true;
  }
  return false;
}

Result<void> Follower::run(std::uint64_t instructions, std::uint64_t interval) {
  if (auto gone = lead_.go(); !gone) return gone;
  for (bool stopping = false;;) {
    const Record* record = nullptr;
    const QemuLead::News news = lead_.next(record);
    if (news == QemuLead::News::record) {
      if (!take(*record) || parted_) {
        outcome_.end = "The two have parted.";
        return {};
      }
      if (resync_) {
        if (auto done = resynchronise(); !done) return done;
        stopping = false;
        continue;
      }
      if (machine_.final_stop()) outcome_.end = machine_.final_stop()->sentence;
      if (!stopping && (since_memory_ >= interval || tally_.instructions >= instructions)) {
        if (auto stopped = lead_.stop(); !stopped) return stopped;
        stopping = true;
      }
      continue;
    }
    if (news == QemuLead::News::garbled)
      return fail(fmt::format("QEMU's log has a line that is not known: \"{}\".", lead_.unknown_line()));
    run_pending();
    if (resync_ && news == QemuLead::News::silent) {
      if (auto done = resynchronise(); !done) return done;
      stopping = false;
      continue;
    }
    compare_memory();
    if (parted_) {
      outcome_.end = "The two have parted.";
      return {};
    }
    if (stopping && news == QemuLead::News::silent && tally_.instructions < instructions) {
      const auto plane = lead_.text_plane();
      if (!plane) return std::unexpected(plane.error());
      if (std::memcmp(plane->data(), machine_.memory().vga_text().data(), plane->size()) != 0)
        complain("the text plane differs");
      stopping = false;
      if (auto gone = lead_.go(); !gone) return gone;
      continue;
    }
    if (news == QemuLead::News::ended) {
      const int status = lead_.exit_status();
      const auto& stop = machine_.final_stop();
      outcome_.end =
          fmt::format("QEMU has exited with {}; ours: {}", status, stop ? stop->sentence : "still runs.");
      const bool same = stop && (stop->kind == StopKind::debug_exit ? static_cast<int>(stop->value) == status
                                 : stop->kind == StopKind::triple_fault ? shut_down_
                                                                        : stop->final());
      if (!same) complain("they end differently: " + outcome_.end);
    } else if (tally_.instructions >= instructions) {
      outcome_.end = "The instructions asked for have run.";
    } else {
      outcome_.end = "QEMU's guest sleeps for good.";
      if (!machine_.cpu().halted) complain("QEMU is silent, ours runs");
    }
    return {};
  }
}

void Tally::add(const Tally& o) {
  states += o.states;
  fields += o.fields;
  instructions += o.instructions;
  exceptions += o.exceptions;
  interrupts += o.interrupts;
  rounds += o.rounds;
  begun_again += o.begun_again;
  resynchronised += o.resynchronised;
  skipped += o.skipped;
  memories += o.memories;
  for (const auto& [key, n] : o.taken) taken[key] += n;
  for (const auto& [key, n] : o.undefined) undefined[key] += n;
  for (const auto& [key, n] : o.explained) explained[key] += n;
}

Result<Outcome> follow(const Guest& guest, const std::string& launch_pad, std::uint64_t interval,
                       std::span<const Reason> table) {
  MachineConfig config = guest.config;
  config.execution = Execution::exact;
  config.intr_connected = false;
  auto machine = Machine::create(config);
  if (!machine) return std::unexpected(machine.error());
  auto lead = QemuLead::start({.launch_pad = launch_pad, .memory_mib = config.memory_mib});
  if (!lead) return std::unexpected(lead.error());
  if (auto ready = (*lead)->begin_with((*machine)->cpu(), (*machine)->memory().bytes()); !ready)
    return std::unexpected(ready.error());
  Outcome outcome;
  Follower follower(**machine, **lead, table, outcome);
  if (auto run = follower.run(guest.instructions, interval); !run) return std::unexpected(run.error());
  return outcome;
}

}  // namespace ringside::lockstep
