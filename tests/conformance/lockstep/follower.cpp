// SPDX-License-Identifier: GPL-2.0-or-later
#include "follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "compare.h"
#include "qemu_lead.h"
#include "reasons.h"
#include "undefined.h"

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
  bool parted() const { return parted_; }

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
  bool resync_ = false;         // an explained difference has led the two to different places
  bool adopting_ = false;       // the next state is taken over as a whole
  std::uint16_t accessed_ = 0;  // selector of a descriptor that is marked accessed here alone
  std::uint32_t sticky_ = 0;    // flags of MXCSR that are apart
  std::uint64_t since_memory_ = 0;
  std::uint32_t deliveries_seen_ = 0;
  std::vector<Record> theirs_;  // deliveries since the last state
  Moment moment_;
};

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

// Runs here what QEMU has just run.
void Follower::run_pending() {
  if (!pending_) return;
  pending_ = false;
  moment_.before = machine_.cpu();
  moment_.bytes = instruction_at(moment_.before, machine_.memory());
  moment_.code = moment_.bytes.span();
  moment_.bits = code_bits(moment_.before);
  moment_.op = opcode_of(moment_.code, moment_.bits);
  moment_.delivery = nullptr;
  moment_.their_vector = theirs_.empty() ? -1 : theirs_.back().vector;
  if (accepted_) {
    moment_.op.reset();
    moment_.code = {};
    (void)machine_.apply(InjectException{.vector = *accepted_, .external = true});
    ++tally_.interrupts;
    accepted_.reset();
  } else {
    machine_.step();
    ++tally_.instructions;
    const std::uint64_t length = machine_.cpu().rip - moment_.before.rip;
    if (length > 0 && length < moment_.code.size()) moment_.code = moment_.code.first(length);
  }
  compare_deliveries();
  theirs_.clear();
}

void Follower::compare_deliveries() {
  std::vector<std::pair<unsigned, std::uint32_t>> ours, theirs;
  for (const DeliveryRecord& record : machine_.deliveries()) {
    if (record.number < deliveries_seen_) continue;
    deliveries_seen_ = record.number + 1;
    moment_.delivery = &record.delivery;
    for (const Attempt& a : record.delivery.attempts) {
      const bool code = pushes_error_code(a.exception.vector) &&
                        (a.exception.source == Source::fault || a.exception.source == Source::abort);
      ours.emplace_back(a.exception.vector, code ? a.exception.error_code : 0);
    }
  }
  for (const Record& r : theirs_) theirs.emplace_back(r.vector, r.software ? 0 : r.error_code);
  tally_.exceptions += ours.size();
  const auto list = [](const auto& pairs) {
    std::string text;
    for (const auto& [vector, code] : pairs) text += fmt::format(" {}({:#x})", vector, code);
    return text.empty() ? std::string(" none") : text;
  };
  bool same = ours.size() == theirs.size();
  for (std::size_t i = 0; same && i < ours.size(); ++i) same = ours[i].first == theirs[i].first;
  moment_.our_vector = ours.empty() ? -1 : static_cast<int>(ours.back().first);
  if (!same) {
    if (const Reason* reason = reason_for({"deliveries"})) {
      ++tally_.explained[std::string(reason->name)];
      resync_ = true;
    } else {
      complain(fmt::format("deliveries: ours{}, QEMU's{}", list(ours), list(theirs)));
    }
    return;
  }
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i].second != theirs[i].second) settle({"error code", ours[i].second, theirs[i].second});
  }
  if (moment_.delivery && !ours.empty()) compare_frame(*moment_.delivery);
}

// What an explained difference leaves in the frame is made as QEMU has it, so that memory stays the same.
void Follower::compare_frame(const Delivery& delivery) {
  const auto put = [&](const MicroStep& push, std::uint64_t value) {
    for (const MemoryWrite& w : delivery.writes)
      if (w.linear == push.address && w.size == push.size)
        for (unsigned i = 0; i < push.size; ++i)
          (void)machine_.apply(SetMemory{w.address + i, static_cast<std::uint8_t>(value >> (8 * i))});
  };
  for (const MicroStep& step : delivery.attempts.back().steps) {
    if (step.kind != MicroStepKind::push || !step.ok) continue;
    const std::uint64_t flags = theirs_.back().cpu.rflags & (step.size == 2 ? 0xFFFF : ~std::uint64_t{0});
    if (step.what == Pushed::rflags && step.value != flags && settle({"saved RFLAGS", step.value, flags}))
      put(step, flags);
    // A trap or fault saves where QEMU stands; INT n, what is behind it.
    const std::uint64_t rip = theirs_.back().cpu.rip;
    if (step.what == Pushed::rip && !theirs_.back().software && step.value != rip &&
        settle({"saved RIP", step.value, rip}))
      put(step, rip);
    if (step.what == Pushed::error_code && step.value != theirs_.back().error_code)
      put(step, theirs_.back().error_code);
  }
}

// The A bit of a descriptor, which is set here and not there.
void Follower::clear_accessed(const CpuState& cpu) {
  const std::uint64_t table = accessed_ & 4 ? cpu.ldtr.base : cpu.gdtr.base;
  const VirtAddr type{table + (accessed_ & 0xFFF8u) + 5};
  const Walk found = walk(cpu, machine_.memory(), type, {.kind = AccessKind::read});
  if (!found.ok()) return;
  const auto byte = static_cast<std::uint8_t>(machine_.memory().read(found.physical, 1) & ~1u);
  (void)machine_.apply(SetMemory{found.physical, byte});
}

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

// The exception flags of MXCSR are not kept by our engine. They stay apart until LDMXCSR: counted once, when
// they part.
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

// QEMU gives up an instruction that stores to its own bytes or meets a data breakpoint, and begins it anew,
// without a word. Every instruction but a jump changes RIP or another register.
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

// A fault belongs to the instruction at its RIP. QEMU writes no state before an instruction that it cannot
// fetch, be it the first of a handler: then the delivery is all that tells of it. A fault while another is
// delivered has the same RIP as that.
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
    case RecordKind::shutdown: return true;
  }
  return false;
}

// Behind a difference that led QEMU elsewhere: memory and the next state are taken over. QEMU ran on
// meanwhile; what it did is counted as skipped.
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
      const bool same =
          stop && (stop->kind != StopKind::debug_exit || static_cast<int>(stop->value) == status);
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

}  // namespace

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
