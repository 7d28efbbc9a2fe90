// SPDX-License-Identifier: GPL-2.0-or-later
// The loop that the rule of machine.h describes: bring the board to now, accept what is pending, run to the
// next deadline, see why the engine stopped.
#include <fmt/format.h>

#include <algorithm>

#include "sim/cpu/corrections.h"
#include "sim/cpu/operand.h"
#include "sim/cpu/own_instruction.h"
#include "sim/machine/machine_impl.h"

namespace ringside {
namespace {

// A run is looked after so often, for pause and the like; results do not depend on it.
constexpr std::uint64_t kSlice = 4'000'000;
constexpr std::uint64_t kLimitedSlice = 16'384;  // where RunLimits::incidents is to be kept
// In incidents: measured, and rounded to powers of two.
constexpr std::uint64_t kPerDelivery = 16, kPerFlush = 16, kPerDecodedBlock = 8, kPerStoreToCode = 128;
// So many device events without an interrupt mean that a halted machine waits for somebody outside.
constexpr unsigned kIdleEvents = 4096;
constexpr std::size_t kDeliveriesKept = 256;

Stop stop(StopKind kind, std::string sentence, std::uint32_t value = 0) {
  return {kind, value, 0, std::move(sentence)};
}

}  // namespace

std::uint64_t Machine::Impl::all_incidents() const {
  return incidents + kPerDecodedBlock * engine->decoded() + kPerStoreToCode * engine->stores_to_code();
}

bool Machine::Impl::interrupt_acceptable() const {
  return engine->interrupts_on() && !engine->interrupt_shadow();
}

void Machine::Impl::advance_board() {
  if (time >= next_board_event) {
    advance(board, time, effects);
    record_board(engine->linear_rip());
    next_board_event = next_event(board);
  }
}

Stop Machine::Impl::run(const RunLimits& limits, bool one_step) {
  if (final_stop) return *final_stop;
  const std::uint64_t end =
      limits.instructions > ~instructions ? ~std::uint64_t{0} : instructions + limits.instructions;
  stop_on = limits.stop_on;
  const std::uint64_t incidents_before = all_incidents();
  incidents_end =
      limits.incidents > ~incidents_before ? ~std::uint64_t{0} : incidents_before + limits.incidents;
  const std::uint64_t slice = incidents_end == ~std::uint64_t{0} ? kSlice : kLimitedSlice;
  stop_event.reset();
  serial_matched = false;
  until_serial = limits.until_serial.empty() ? nullptr : &limits.until_serial;

  prepare_breakpoints(limits, one_step);

  bool first = !limits.continues;  // an address to stop at does not count where the run starts
  for (;;) {
    advance_board();
    if (auto s = outside_effects()) return ended(*s);
    if (auto s = asked_for(limits)) return *s;
    if (auto s = watched_access()) return *s;
    if (!first && one_step) return stop(StopKind::step, "One step was made.");
    if (instructions >= end) return stop(StopKind::budget, "The instructions asked for have run.");
    if (time >= limits.until_time) return stop(StopKind::budget, "The machine time asked for has passed.");
    if (all_incidents() >= incidents_end)
      return stop(StopKind::budget, "The events asked for have happened.");
    if (limits.pause && limits.pause->load(std::memory_order_relaxed))
      return stop(StopKind::paused, "Paused.");

    if (halted) {
      if (auto s = wait_halted(limits, one_step)) return s->final() ? ended(*s) : *s;
      if (halted) continue;
    }
    const Ticks before = time;
    if (auto s = accept_pending()) return ended(*s);
    if (time != before) {
      first = false;
      continue;
    }

    const auto later = [this](std::uint64_t ticks) { return ticks > ~time ? kNever : time + ticks; };
    run_until = std::min({next_board_event, limits.until_time, later(slice), later(end - instructions)});
    if (one_step) run_until = time + 1;
    RunRequest request{.ticks = run_until - time,
                       .watch_interrupts = nmi_pending || intr(),
                       .exact = config.execution == Execution::exact,
                       .restless = config.execution == Execution::restless,
                       .skip_first_address = first};
    if (request.watch_interrupts && engine->interrupt_shadow()) request.ticks = 1;
    if (nmi_pending && !nmi_blocked) request.ticks = 1;
    const EngineExit exit = engine->run(request);
    time += exit.ticks;
    instructions += exit.ticks;
    effort += exit.ticks;
    last_rip = exit.last_rip;
    if (exit.ticks > 0) first = false;
    if (exit.kind == ExitKind::address) {
      const std::uint64_t at = engine->linear_rip();
      const bool wanted = limits.until_address && limits.until_address->value == at;
      if (wanted && (!limits.until_rsp_above || engine->state()[Gpr::rsp] > *limits.until_rsp_above))
        return stop(StopKind::address, fmt::format("Reached {:#x}.", at));
      for (std::size_t i = 0; i < active->size(); ++i) {
        const Breakpoint& b = (*active)[i];
        if (b.enabled && b.kind == BreakKind::execute && b.address.value == at && counts(i))
          return stop(StopKind::breakpoint, fmt::format("Breakpoint at {:#x}.", at),
                      static_cast<std::uint32_t>(i));
      }
      first = true;  // not this visit: step over the address
      continue;
    }
    if (auto s = after(exit)) return ended(*s);
    if (exit.kind == ExitKind::ours || exit.kind == ExitKind::exception) first = false;
  }
}

void Machine::Impl::prepare_breakpoints(const RunLimits& limits, bool one_step) {
  static const std::vector<Breakpoint> kNone;
  active = limits.ignore_breakpoints ? &kNone : limits.breakpoints ? limits.breakpoints : &breakpoints;
  if (!limits.continues) hits.clear();
  hits.resize(active->size());
  event_breakpoint.reset();
  breaks_on_events = false;
  engine->clear_watch_hits();
  watching.clear();  // what is still watched from a run before is nothing to this one
  if (one_step) return;
  std::vector<std::uint64_t> addresses;
  std::vector<WatchedMemory> ranges;
  for (std::uint32_t n = 0; n < active->size(); ++n) {
    const Breakpoint& b = (*active)[n];
    if (!b.enabled) continue;
    breaks_on_events |= b.kind == BreakKind::event;
    if (b.kind == BreakKind::execute) addresses.push_back(b.address.value);
    if (!b.watches_memory()) continue;
    ranges.push_back({.address = b.address.value,
                      .length = b.length,
                      .physical = b.physical,
                      .loads = b.kind == BreakKind::load || b.kind == BreakKind::access,
                      .stores = b.kind != BreakKind::load});
    watching.push_back(n);
  }
  if (limits.until_address) addresses.push_back(limits.until_address->value);
  engine->stop_at(std::move(addresses));
  engine->watch_memory(std::move(ranges));
}

bool Machine::Impl::counts(std::size_t breakpoint) {
  const std::uint64_t hit = ++hits[breakpoint];
  const Condition& condition = (*active)[breakpoint].condition;
  return condition.empty() ||
         holds(condition, {.cpu = engine->state(), .instructions = instructions, .time = time, .hits = hit});
}

std::optional<Stop> Machine::Impl::watched_access() {
  std::optional<Stop> found;
  for (const MemoryAccess& access : engine->watch_hits()) {
    if (found || access.range >= watching.size()) continue;
    const std::uint32_t n = watching[access.range];
    const std::uint64_t after = memory.read(access.address, access.bytes);
    if ((*active)[n].kind == BreakKind::change && after == access.before) continue;
    if (!counts(n)) continue;
    found =
        stop(StopKind::watchpoint,
             access.store ? fmt::format("Stored to {:#x}: {:#x} became {:#x}, by the instruction at {:#x}.",
                                        access.address.value, access.before, after, last_rip)
                          : fmt::format("Loaded {:#x} from {:#x}, by the instruction at {:#x}.",
                                        access.before, access.address.value, last_rip),
             n);
    found->hit = WatchHit{access, after, last_rip, instructions - 1};
  }
  engine->clear_watch_hits();
  return found;
}

std::optional<Stop> Machine::Impl::asked_for(const RunLimits& limits) {
  if (stop_event) {
    Stop s = stop(StopKind::event, fmt::format("Event: {}.", name(events[*stop_event].kind)),
                  event_breakpoint.value_or(kNoBreakpoint));
    s.event = *stop_event;
    return s;
  }
  if (serial_matched) return stop(StopKind::text, fmt::format("COM1 has sent \"{}\".", limits.until_serial));
  return std::nullopt;
}

// Lets time pass until an interrupt is pending that a halted CPU takes, or a limit is reached.
std::optional<Stop> Machine::Impl::wait_halted(const RunLimits& limits, bool one_step) {
  const bool interrupts_on = engine->interrupts_on();
  for (unsigned i = 0; i < kIdleEvents; ++i) {
    if ((nmi_pending && !nmi_blocked) || (interrupts_on && intr())) {
      halted = false;
      record(now(EventKind::wake));
      return std::nullopt;
    }
    if (!interrupts_on)
      return stop(StopKind::halted_forever,
                  "The CPU executed HLT with interrupts off: nothing can wake it but an NMI or a reset.");
    if (next_board_event == kNever && limits.until_time == kNever) break;
    if (next_board_event >= limits.until_time) {
      time = limits.until_time;
      return std::nullopt;
    }
    time = next_board_event;
    advance_board();
    if (stop_event || effects.reset || (limits.pause && limits.pause->load(std::memory_order_relaxed)))
      return std::nullopt;
  }
  if (one_step || limits.until_time == kNever)
    return stop(
        StopKind::idle,
        "The CPU is halted with interrupts on and no device interrupts: it waits for input from outside.");
  return std::nullopt;
}

std::optional<Stop> Machine::Impl::accept_pending() {
  const std::uint64_t rip = engine->linear_rip();
  if (nmi_pending && !nmi_blocked && !engine->interrupt_shadow()) {
    nmi_pending = false;
    ++time;
    ++instructions;
    return deliver_now({.vector = 2, .source = Source::nmi}, rip);
  }
  if (!intr() || !interrupt_acceptable()) return std::nullopt;
  const PicPairAcknowledge taken = acknowledge(board.pic);
  Event acknowledged = now(EventKind::acknowledge);
  acknowledged.line = taken.irq;
  acknowledged.vector = taken.vector;
  acknowledged.flag = taken.spurious;
  record(acknowledged);
  ++time;
  ++instructions;
  return deliver_now({.vector = taken.vector, .source = Source::external}, rip);
}

// `rip` is where the instruction stands that raised it (linear); the CPU's state has the RIP to be saved. The
// tick is counted already, so the event belongs to the tick before now.
std::optional<Stop> Machine::Impl::deliver_now(const Exception& exception, std::uint64_t rip) {
  incidents += kPerDelivery;
  CpuState before = engine->state();
  before.nmi_blocked = nmi_blocked;
  last_rip = rip;
  DeliveryRecord entry_record{.number = delivery_count++,
                              .time = time - 1,
                              .instructions = instructions - 1,
                              .rip = rip,
                              .delivery = {}};
  for (; entry_record.code_bytes < 16; ++entry_record.code_bytes) {
    const Walk code = walk(before, memory, {rip + entry_record.code_bytes}, {.kind = AccessKind::read});
    if (!code.ok() || !memory.assigned(code.physical)) break;
    entry_record.code[entry_record.code_bytes] = static_cast<std::uint8_t>(memory.read(code.physical, 1));
  }
  entry_record.delivery = deliver(before, memory, exception);
  const Delivery& delivery = entry_record.delivery;
  for (const MemoryWrite& write : delivery.writes) write_memory(write.address, write.value, write.size);
  engine->load(delivery.after);
  control_before = control_values(delivery.after);  // a delivery may load CR2: its event says so
  nmi_blocked = delivery.after.nmi_blocked;
  halted = false;

  const bool external = exception.source == Source::external || exception.source == Source::nmi;
  for (const Attempt& attempt : delivery.attempts) {
    const bool as_interrupt = external && &attempt == &delivery.attempts.front();
    Event event = just(as_interrupt ? EventKind::interrupt : EventKind::exception, rip);
    event.vector = attempt.exception.vector;
    event.value = attempt.exception.error_code;
    event.delivery = entry_record.number;
    record(event);
  }
  note_mode_change(rip);
  const bool shut_down = delivery.triple_fault();
  if (shut_down) {
    Event event = just(EventKind::triple_fault, rip);
    event.delivery = entry_record.number;
    record(event);
  }
  std::string sentence;
  if (shut_down) {
    std::string chain;
    for (const Attempt& attempt : delivery.attempts)
      chain += fmt::format("{}{}", chain.empty() ? "" : " -> ",
                           mnemonic(attempt.exception.vector)[0]
                               ? mnemonic(attempt.exception.vector)
                               : fmt::format("vector {}", attempt.exception.vector));
    sentence =
        fmt::format("Triple fault at {:#x}: {} could not be delivered; the CPU has shut down.", rip, chain);
  }
  deliveries.push_back(std::move(entry_record));
  if (deliveries.size() > kDeliveriesKept) deliveries.pop_front();
  if (shut_down) return stop(StopKind::triple_fault, std::move(sentence));
  return std::nullopt;
}

std::optional<Stop> Machine::Impl::after(const EngineExit& exit) {
  switch (exit.kind) {
    case ExitKind::deadline:
    case ExitKind::interruptible:
    case ExitKind::address: return std::nullopt;
    case ExitKind::attention: {
      incidents += kPerFlush;
      if (nmi_blocked) {
        // IRET ends the blocking of NMIs (SDM volume 3A 6.7.1).
        const CpuState& cpu = engine->state();
        const Walk code = walk(cpu, memory, {exit.last_rip}, {.kind = AccessKind::fetch});
        for (unsigned i = 0; code.ok() && i < 3; ++i) {
          const auto byte = memory.read(code.physical + i, 1);
          if (byte == 0xCF) nmi_blocked = false;
          if (byte != 0x66 && (byte & 0xF0) != 0x40) break;
        }
      }
      note_mode_change(exit.last_rip);
      note_control_writes(exit.last_rip);
      return std::nullopt;
    }
    case ExitKind::halt: {
      halted = true;
      Event event = just(EventKind::halt, engine->linear_rip() - 1);
      event.flag = engine->interrupts_on();
      record(event);
      return std::nullopt;
    }
    case ExitKind::exception: {
      const CpuState& cpu = engine->state();
      return deliver_now(corrected(cpu, memory, exit.exception), engine->linear_rip());
    }
    case ExitKind::ours: return run_own();
    case ExitKind::unsupported: return stop(StopKind::unsupported, exit.sentence);
  }
  return std::nullopt;
}

std::optional<Stop> Machine::Impl::run_own() {
  const CpuState before = engine->state();
  const std::uint64_t rip = linear_rip(before);
  const InstructionBytes code = instruction_at(before, memory);
  ++instructions;
  incidents += kPerFlush;
  const Ticks at = time++;
  const auto refused = forbidden(before, memory, code.span());
  const OwnInstruction done =
      refused ? OwnInstruction{before, refused} : run_own_instruction(before, code.span(), at);
  engine->load(done.cpu);
  last_rip = rip;
  if (done.translation_changed) engine->translation_changed();
  if (done.exception) return deliver_now(*done.exception, rip);
  note_mode_change(rip);
  note_control_writes(rip);
  // Single step. None of these instructions changes TF but SYSCALL and SYSRET, after which the new TF counts.
  if (done.cpu.rflags & rflags::tf)
    return deliver_now({.vector = 1, .source = Source::trap, .dr6 = 1 << 14}, rip);
  return std::nullopt;
}

void Machine::Impl::note_mode_change(std::uint64_t rip) {
  const CpuState& cpu = engine->state();
  const auto changed = [&](EventKind kind, unsigned value, unsigned before) {
    Event event = just(kind, rip);
    event.value = value;
    event.value2 = before;
    record(event);
  };
  if (mode(cpu) != mode_before)
    changed(EventKind::mode_change, static_cast<unsigned>(mode(cpu)), static_cast<unsigned>(mode_before));
  if (cpu.cpl != cpl_before) changed(EventKind::ring_change, cpu.cpl, cpl_before);
  mode_before = mode(cpu);
  cpl_before = cpu.cpl;
}

std::array<std::uint64_t, kControlRegisters> control_values(const CpuState& cpu) {
  return {cpu.cr0,  cpu.cr2,       cpu.cr3,       cpu.cr4,           cpu.cr8,
          cpu.efer, cpu.gdtr.base, cpu.idtr.base, cpu.ldtr.selector, cpu.tr.selector};
}

void Machine::Impl::note_control_writes(std::uint64_t rip) {
  const auto now = control_values(engine->state());
  for (std::size_t n = 0; n < now.size(); ++n) {
    if (now[n] == control_before[n]) continue;
    Event event = just(EventKind::control_write, rip);
    event.line = static_cast<std::uint8_t>(n);
    event.value = static_cast<std::uint32_t>(now[n]);
    event.value2 = static_cast<std::uint32_t>(now[n] >> 32);
    record(event);
  }
  control_before = now;
}

std::uint32_t Machine::Impl::port_read(std::uint64_t ticks, std::uint64_t rip, std::uint16_t port,
                                       unsigned size) {
  advance(board, time + ticks, effects);
  const std::uint32_t value = ringside::read_port(board, port, size, time + ticks, effects);
  Event access = at(time + ticks, instructions + ticks, rip, EventKind::port_read);
  access.port = port;
  access.size = static_cast<std::uint8_t>(size);
  access.value = value;
  record_port(access);
  return value;
}

void Machine::Impl::port_write(std::uint64_t ticks, std::uint64_t rip, std::uint16_t port, unsigned size,
                               std::uint32_t value) {
  advance(board, time + ticks, effects);
  ringside::write_port(board, port, size, value, time + ticks, effects);
  Event access = at(time + ticks, instructions + ticks, rip, EventKind::port_write);
  access.port = port;
  access.size = static_cast<std::uint8_t>(size);
  access.value = value;
  record_port(access);
}

// The access, what it set off, and whether the run can go on as planned: the access may have raised INTR,
// moved the next device event, or ended everything.
void Machine::Impl::record_port(Event access) {
  access.flag = !effects.unassigned;
  ports_seen.set(access.port);
  record(access);
  if (effects.unassigned && !unmodelled_seen[access.port]) {
    unmodelled_seen.set(access.port);
    unmodelled_ports.push_back(access.port);
    access.flag = access.kind == EventKind::port_write;
    access.kind = EventKind::unmodelled;
    record(access);
  }
  record_board(access.rip);
  next_board_event = next_event(board);
  if (next_board_event < run_until || intr() || effects.reset || effects.debug_exit || effects.power_off ||
      stop_event || serial_matched || all_incidents() >= incidents_end)
    engine->stop_soon();
}

std::optional<Stop> Machine::Impl::outside_effects() {
  if (effects.debug_exit) {
    const int status = *effects.debug_exit;
    Event event = just(EventKind::debug_exit, engine->linear_rip());
    event.value = static_cast<std::uint32_t>(status);
    record(event);
    return stop(StopKind::debug_exit,
                fmt::format("The guest ended the run by the debug-exit port with status {}.", status),
                static_cast<std::uint32_t>(status));
  }
  if (effects.power_off) {
    record(just(EventKind::power_off, engine->linear_rip()));
    return stop(StopKind::power_off, "The guest switched the machine off.");
  }
  if (effects.reset) {
    static constexpr const char* kCauses[] = {"the keyboard controller (0xFE to port 0x64)", "port 0x92",
                                              "port 0xCF9"};
    const auto cause = static_cast<std::uint32_t>(*effects.reset);
    Event event = just(EventKind::reset, engine->linear_rip());
    event.value = cause;
    record(event);
    return stop(StopKind::reset, fmt::format("The guest reset the machine by {}.", kCauses[cause]), cause);
  }
  return std::nullopt;
}

}  // namespace ringside
