// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/session/who.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "sim/explain/sentence_parts.h"
#include "sim/inspect/memory_tables.h"
#include "sim/inspect/words.h"
#include "sim/session/session.h"

namespace ringside {
namespace {

// In Machine::effort(): what a busy page may cost before stores of the same value are passed over.
constexpr std::uint64_t kPatience = 80'000'000;
// A window of time that must hold a change is halved down to this many instructions.
constexpr std::uint64_t kNarrow = 1'000'000;
// Registers are looked at step by step: so far at once.
constexpr std::uint64_t kSteps = 65'536;
// How far ahead of the newest instruction a reader is looked for.
constexpr std::uint64_t kAhead = 100'000'000;

bool differ(const MemoryImage& a, const MemoryImage& b, PhysAddr address, std::uint64_t length) {
  static constexpr std::array<std::byte, kImagePageBytes> kZeros{};
  for (std::uint64_t at = address.value, end = at + length; at < end;) {
    const auto page = static_cast<std::uint32_t>(at / kImagePageBytes);
    const std::uint64_t offset = at % kImagePageBytes;
    const std::uint64_t bytes = std::min(end - at, kImagePageBytes - offset);
    if (page >= a.pages()) return false;
    const std::byte *x = a.page(page), *y = b.page(page);
    if (x != y && std::memcmp((x ? x : kZeros.data()) + offset, (y ? y : kZeros.data()) + offset, bytes) != 0)
      return true;
    at += bytes;
  }
  return false;
}

std::string value_in(const Machine& machine, const Subject& what) {
  if (what.kind == Subject::Kind::gpr) return fmt::format("{:#x}", machine.registers().gpr[what.number]);
  if (what.kind == Subject::Kind::control) {
    const CpuState& c = machine.registers();
    const std::uint64_t values[kControlRegisters] = {
        c.cr0, c.cr2, c.cr3, c.cr4, c.cr8, c.efer, c.gdtr.base, c.idtr.base, c.ldtr.selector, c.tr.selector};
    return fmt::format("{:#x}", values[what.number]);
  }
  if (what.length <= 8)
    return fmt::format("{:#0{}x}", machine.memory().read(what.address, static_cast<unsigned>(what.length)),
                       2 * what.length + 2);
  std::string bytes;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(what.length, 16); ++i)
    bytes += fmt::format("{}{:02x}", i ? " " : "", machine.memory().read({what.address.value + i}, 1));
  return bytes + (what.length > 16 ? " ..." : "");
}

// Which registers the instructions met use; those of one run through unchanged code.
class Uses {
 public:
  RegisterUse at(const Machine& machine, std::uint64_t rip) {
    const CpuState& cpu = machine.registers();
    const auto [place, is_new] = known_.try_emplace(rip * 3 + static_cast<unsigned>(code_width(cpu)));
    if (is_new) {
      const auto code = GuestMemory(cpu, machine.memory()).readable({rip}, 15);
      if (!code.empty()) place->second = Disassembler(code_width(cpu)).register_use(code);
    }
    return place->second;
  }

 private:
  std::unordered_map<std::uint64_t, RegisterUse> known_;
};

// Whether the tick at this count was the acceptance of an interrupt, so that no instruction ran.
bool was_interrupt(const Machine& machine, std::uint64_t count) {
  const EventLog& log = machine.events();
  for (std::uint64_t n = log.total(); n > log.first() && log[n - 1].instructions >= count; --n)
    if (log[n - 1].kind == EventKind::interrupt && log[n - 1].instructions == count) return true;
  return false;
}

}  // namespace

// Leaves the machine at the start of the newest part of the time from now to `end`, about `length`
// instructions long, at whose ends the value differs, and returns its end.
Position Session::narrow(Position end, std::uint64_t length, const std::function<std::string()>& value) {
  Position start = timeline_.now();
  timeline_.seek(end);
  const std::string wanted = value();
  while (end.instructions - start.instructions > length) {
    timeline_.seek_before(start.instructions + (end.instructions - start.instructions) / 2);
    const Position middle = timeline_.now();
    if (middle <= start || middle >= end) break;
    (value() == wanted ? end : start) = middle;
  }
  timeline_.seek(start);
  return end;
}

std::optional<std::uint64_t> Session::last_store(const Subject& what, BackSearch search, bool thorough,
                                                 Culprit& answer) {
  const std::vector<Breakpoint> stores{
      {.address = {what.address.value}, .kind = BreakKind::store, .length = what.length, .physical = true}};
  const std::uint64_t before = machine_->instructions();
  std::optional<std::uint64_t> newest;
  if (!thorough) search.patience = kPatience;
  search.may_hold = [&](const IntervalSummary& seen) {
    for (std::uint64_t page = what.address.value / kImagePageBytes;
         page <= (what.address.value + what.length - 1) / kImagePageBytes; ++page)
      if (std::ranges::binary_search(seen.written_pages, static_cast<std::uint32_t>(page))) return true;
    return false;
  };
  search.must_hold = [&](const Checkpoint& a, const Checkpoint& b) {
    return differ(a.memory, b.memory, what.address, what.length);
  };
  search.scan = [&](const Position& window_end, bool hurried) {
    Position end = window_end;
    if (hurried) end = narrow(end, kNarrow, [&] { return value_in(*machine_, what); });
    bool found = false;
    while (timeline_.now() < end) {
      const Stop stop = timeline_.replay({.breakpoints = &stores}, end);
      if (stop.kind != StopKind::watchpoint) break;
      if (stop.hit->instructions >= before) continue;
      newest = stop.hit->instructions;
      found = true;
    }
    return found;
  };
  answer.not_searched = timeline_.search_back(search).skipped;
  return newest;
}

std::optional<std::uint64_t> Session::last_event(const Subject& what, BackSearch search) {
  const bool port = what.kind == Subject::Kind::port;
  const EventKind kind = port ? EventKind::port_write : EventKind::control_write;
  const std::uint64_t before = machine_->instructions();
  std::optional<std::uint64_t> newest;
  search.may_hold = [&](const IntervalSummary& seen) {
    return port ? std::ranges::binary_search(seen.ports, what.port) : seen.event_kinds.has(kind);
  };
  const std::vector<Breakpoint> breaks{{.address = {},
                                        .kind = BreakKind::event,
                                        .event = {kind, port ? what.port : what.number},
                                        .condition = {}}};
  search.scan = [&](const Position& end, bool) {
    bool found = false;
    while (timeline_.now() < end) {
      const Stop stop = timeline_.replay({.breakpoints = &breaks}, end);
      if (stop.kind != StopKind::event) break;
      const std::uint64_t count = machine_->events()[stop.event].instructions;
      if (count >= before) continue;
      newest = count;
      found = true;
    }
    return found;
  };
  timeline_.search_back(search);
  return newest;
}

std::optional<std::uint64_t> Session::last_register_write(const Subject& what, BackSearch search,
                                                          Culprit& answer) {
  std::optional<std::uint64_t> newest;
  const std::uint64_t before = machine_->instructions();
  bool narrowed = false;
  const auto value = [&] { return machine_->registers().gpr[what.number]; };
  search.must_hold = [&](const Checkpoint& a, const Checkpoint& b) {
    return a.cpu.state.gpr[what.number] != b.cpu.state.gpr[what.number];
  };
  search.patience = kSteps * 64;
  search.scan = [&](const Position& window_end, bool) {
    Position end = window_end;
    if (end.instructions - machine_->instructions() > 2 * kSteps) {  // too far for steps
      narrowed = true;
      end = narrow(end, kSteps, [&] { return value_in(*machine_, what); });
    }
    Uses uses;
    bool found = false;
    while (timeline_.now() < end) {
      const std::uint64_t was = value(), count = machine_->instructions();
      const std::uint64_t rip = linear_rip(machine_->registers());
      const bool names_it = uses.at(*machine_, rip).written >> what.number & 1;
      if (timeline_.step().kind != StopKind::step && machine_->instructions() == count) break;
      if (count >= before || machine_->instructions() == count) continue;
      if (value() == was && (!names_it || was_interrupt(*machine_, count))) continue;
      newest = count;
      found = true;
    }
    return found;
  };
  timeline_.search_back(search);
  if (narrowed && newest && before > kSteps) answer.not_searched = {*newest + 1, before - kSteps};
  return newest;
}

std::optional<std::uint64_t> Session::next_register_read(const Subject& what) {
  std::optional<std::uint64_t> found;
  timeline_.look_ahead({.instructions = 0}, [&](const Stop&) {
    Uses uses;
    for (std::uint64_t i = 0; i < kSteps * 4 && !found && !cancelled(); ++i) {
      const std::uint64_t count = machine_->instructions();
      const RegisterUse use = uses.at(*machine_, linear_rip(machine_->registers()));
      const Stop stop = machine_->step();
      if (machine_->instructions() != count && !was_interrupt(*machine_, count)) {
        if (use.read >> what.number & 1) found = count;
        if (use.written >> what.number & 1 && !found) break;  // overwritten unread
      }
      if (stop.kind != StopKind::step) break;
    }
  });
  return found;
}

// What the tick at this count did to it. The machine stands right before that tick.
void Session::describe(const Subject& what, std::uint64_t instructions, Culprit& x) {
  const InspectContext before = context();
  x.found = true;
  x.instructions = instructions;
  x.rip = linear_rip(before.cpu);
  x.place = place_words(*symbols_, x.rip);
  x.source = source_words(*symbols_, x.rip);
  const auto instruction = instruction_at(before, x.rip, &before.cpu);
  if (const auto place = symbols_->source({x.rip})) {
    if (const auto line = sources_.line(place->file, place->line)) x.source_line = *line;
    if (const std::size_t first = x.source_line.find_first_not_of(" \t"); first != std::string::npos)
      x.source_line.erase(0, first);
  }
  Say say;
  say(what.name + (x.read ? ": read by " : ": written by "));
  if (what.kind != Subject::Kind::port) x.before = value_in(*machine_, what);
  const std::uint64_t seen = machine_->events().total();
  const std::uint64_t rip = x.rip;
  (void)machine_->step();
  if (what.kind != Subject::Kind::port) x.after = value_in(*machine_, what);
  std::string delivery;
  const EventLog& log = machine_->events();
  for (std::uint64_t n = std::max(seen, log.first()); n < log.total(); ++n) {
    const Event& e = log[n];
    if (e.kind == EventKind::interrupt || e.kind == EventKind::exception)
      delivery = vector_long_name(e.vector);
    if (what.kind == Subject::Kind::port && e.port == what.port &&
        e.kind == (x.read ? EventKind::port_read : EventKind::port_write))
      x.after = x.before = fmt::format("{:#x}", e.value);
  }
  if (!delivery.empty())
    say("the delivery of " + delivery + " at ");
  else if (instruction && instruction->decoded) {
    x.instruction = text(*instruction);
    std::string squeezed = x.instruction;
    const auto twice = std::ranges::unique(squeezed, [](char a, char b) { return a == ' ' && b == ' '; });
    squeezed.erase(twice.begin(), twice.end());
    say(squeezed + " at ");
  }
  say(code_place(*symbols_, rip))(fmt::format(", instruction {}", count_words(instructions)));
  if (what.kind == Subject::Kind::port || x.read)
    say(fmt::format(": {}.", x.after));
  else
    say(x.before == x.after ? fmt::format(": {} again.", x.after)
                            : fmt::format(": {} became {}.", x.before, x.after));
  if (x.not_searched)
    say(fmt::format(" Writes of the same value were not looked for between instructions {} and {}.",
                    count_words(x.not_searched->first), count_words(x.not_searched->second)));
  x.sentence = say;
}

Culprit Session::who_wrote(const Subject& what, std::optional<std::uint64_t> before,
                           const std::atomic<bool>* cancel, std::atomic<double>* progress, bool thorough) {
  Culprit answer;
  if (!cancel) cancel = cancel_;
  if (!timeline_.keeps()) {
    answer.sentence = Say("No history is kept of this run.");
    return answer;
  }
  const Position here = timeline_.now();
  if (before && *before < here.instructions) timeline_.seek_before(*before);
  BackSearch search;
  search.cancel = cancel;
  search.progress = progress;
  const auto found = what.kind == Subject::Kind::memory ? last_store(what, search, thorough, answer)
                     : what.kind == Subject::Kind::gpr  ? last_register_write(what, search, answer)
                                                        : last_event(what, search);
  if (found) {
    timeline_.seek_before(*found);
    timeline_.look_ahead({.instructions = 0}, [&](const Stop&) { describe(what, *found, answer); });
  } else if (cancel && *cancel) {
    answer.sentence = Say("The search was given up.");
  } else if (answer.not_searched) {
    answer.sentence = Say(
        fmt::format("{}: the same at every checkpoint since power-on. Whether it was written on the way was "
                    "not looked for before instruction {}, as the page around it is written all the time; "
                    "who-wrote thoroughly does.",
                    what.name, count_words(answer.not_searched->second)));
  } else {
    answer.sentence = Say(fmt::format("Nobody wrote {} before: it is as it was at power-on.", what.name));
  }
  timeline_.seek(here);
  return answer;
}

Culprit Session::who_reads(const Subject& what) {
  Culprit answer;
  answer.read = true;
  if (!timeline_.keeps()) {
    answer.sentence = Say("No history is kept of this run.");
    return answer;
  }
  if (what.kind == Subject::Kind::control) {
    answer.sentence = Say(what.name + " is read by the processor all the time.");
    return answer;
  }
  std::optional<std::uint64_t> found;
  std::uint64_t looked_to = 0;
  if (what.kind == Subject::Kind::gpr) {
    found = next_register_read(what);
  } else {
    const bool port = what.kind == Subject::Kind::port;
    const std::vector<Breakpoint> loads{port ? Breakpoint{.address = {},
                                                          .kind = BreakKind::event,
                                                          .event = {EventKind::port_read, what.port},
                                                          .condition = {}}
                                             : Breakpoint{.address = {what.address.value},
                                                          .kind = BreakKind::load,
                                                          .length = what.length,
                                                          .physical = true,
                                                          .event = {},
                                                          .condition = {}}};
    timeline_.look_ahead({.instructions = kAhead,
                          .until_time = machine_->time() + kAhead,
                          .pause = cancel_,
                          .breakpoints = &loads},
                         [&](const Stop& stop) {
                           looked_to = machine_->instructions();
                           if (stop.kind == StopKind::watchpoint) found = stop.hit->instructions;
                           if (stop.kind == StopKind::event)
                             found = machine_->events()[stop.event].instructions;
                         });
  }
  if (!found && cancelled()) {
    answer.sentence = Say("The search was given up.");
    return answer;
  }
  if (!found) {
    answer.sentence =
        Say(what.kind == Subject::Kind::gpr
                ? fmt::format("Nothing reads {} before it is written again.", what.name)
                : fmt::format("Nobody reads {} up to instruction {}.", what.name, count_words(looked_to)));
    return answer;
  }
  const std::uint64_t steps = *found - machine_->instructions();
  timeline_.look_ahead({.instructions = steps, .ignore_breakpoints = true},
                       [&](const Stop&) { describe(what, *found, answer); });
  return answer;
}

}  // namespace ringside
