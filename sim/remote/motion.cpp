// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/motion.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/inspect/guest_memory.h"

namespace ringside {
namespace {

// Steps of a range in one slice.
constexpr unsigned kStepsPerSlice = 4096;

std::uint64_t here(const Machine& machine) { return linear_rip(machine.registers()); }

// What a slice of a longer run ends with: nobody has asked to stop there.
bool only_the_slice(const Stop& stop) { return stop.kind == StopKind::budget || stop.kind == StopKind::idle; }

// Whether there is something that only a run stops at: a watchpoint, an event.
bool stops_behind_instructions(Machine& machine) {
  return std::ranges::any_of(machine.breakpoints(),
                             [](const Breakpoint& b) { return b.enabled && b.kind != BreakKind::execute; });
}

bool breaks_at(Machine& machine, std::uint64_t address) {
  return std::ranges::any_of(machine.breakpoints(), [&](const Breakpoint& b) {
    return b.enabled && b.kind == BreakKind::execute && b.address.value == address;
  });
}

// Whether an interrupt was accepted since this event.
bool interrupted_since(const EventLog& log, std::uint64_t seen) {
  for (std::uint64_t n = std::max(seen, log.first()); n < log.total(); ++n)
    if (log[n].kind == EventKind::interrupt) return true;
  return false;
}

// The acceptance of the interrupt whose handler the processor is about to leave by IRET; nothing where it is
// about to do something else, or leaves an exception's. The frame tells: it lies where the delivery pushed
// it.
const DeliveryRecord* interrupt_left_here(const Machine& machine) {
  const CpuState& cpu = machine.registers();
  auto code = GuestMemory(cpu, machine.memory()).readable({linear_rip(cpu)}, 2);
  if (!code.empty() && (code[0] & std::byte{0xF0}) == std::byte{0x40} && mode(cpu) == CpuMode::long_64)
    code.erase(code.begin());  // REX
  if (code.empty() || code[0] != std::byte{0xCF}) return nullptr;
  const auto& records = machine.deliveries();
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    const Delivery& delivery = record->delivery;
    const Source source = delivery.attempts.front().exception.source;
    if (delivery.after[Gpr::rsp] == cpu[Gpr::rsp] && record->instructions < machine.instructions())
      return source == Source::external || source == Source::nmi ? &*record : nullptr;
  }
  return nullptr;
}

}  // namespace

void Motion::go() {
  kind_ = Kind::go;
  continues_ = false;
}

void Motion::step_range(std::uint64_t start, std::uint64_t end) {
  kind_ = Kind::step;
  range_start_ = start;
  range_end_ = end;
  handler_.reset();
}

Stop Motion::pause() {
  kind_ = Kind::none;
  handler_.reset();
  const std::atomic<bool> now{true};
  return session_.run(RunLimits{.stop_on = {}, .until_serial = {}, .pause = &now});
}

std::optional<Stop> Motion::slice(Ticks ticks, const std::atomic<bool>* pause) {
  if (kind_ == Kind::step_back || kind_ == Kind::go_back) {
    idle_ = 0;
    const bool step = std::exchange(kind_, Kind::none) == Kind::step_back;
    if (step) return one_step_back();
    return session_.run_back(
        {.limits = {.stop_on = {}, .until_serial = {}, .pause = pause}, .addresses = {}, .matches = {}});
  }
  const Machine& machine = session_.machine();
  const Ticks time = machine.time();
  const std::uint64_t count = machine.instructions();
  auto stop = kind_ == Kind::go ? go_on(time + ticks) : steps_on(time + ticks);
  const Ticks passed = machine.time() - std::min(time, machine.time());
  idle_ = passed - std::min(passed, machine.instructions() - std::min(count, machine.instructions()));
  if (stop) kind_ = Kind::none;
  return stop;
}

// As a step forward goes through interrupts, so does one back.
Stop Motion::one_step_back() {
  Stop stop = session_.step_back();
  while (!into_interrupts_ && stop.kind == StopKind::step) {
    const DeliveryRecord* left = interrupt_left_here(session_.machine());
    if (!left) break;
    stop = session_.seek(left->instructions);
    if (stop.kind == StopKind::step) stop = session_.step_back();
  }
  return stop;
}

std::optional<Stop> Motion::go_on(Ticks until) {
  const Machine& machine = session_.machine();
  const std::uint64_t before = machine.instructions();
  const Stop stop = session_.run(
      RunLimits{.until_time = until, .stop_on = {}, .until_serial = {}, .continues = continues_});
  if (only_the_slice(stop)) {
    continues_ |= machine.instructions() != before;
    return std::nullopt;
  }
  return stop;
}

std::optional<Stop> Motion::steps_on(Ticks until) {
  Machine& machine = session_.machine();
  for (unsigned made = 0; made < kStepsPerSlice && machine.time() < until; ++made) {
    const auto stop = handler_ ? handler_on(until) : step_once(until);
    if (!stop) continue;
    if (stop->kind != StopKind::step) return stop;
    const std::uint64_t at = here(machine);
    if (at < range_start_ || at >= range_end_ || breaks_at(machine, at)) return stop;
  }
  return std::nullopt;
}

// Nothing: the handler goes on, or its end was reached and the step is still to be made.
std::optional<Stop> Motion::handler_on(Ticks until) {
  handler_->until_time = until;
  const Stop stop = session_.run(*handler_);
  if (stop.kind == StopKind::address) {
    handler_.reset();
    return std::nullopt;
  }
  if (only_the_slice(stop)) return std::nullopt;
  return stop;
}

// StopKind::step where an instruction was stepped; nothing where only time has passed, or an interrupt came.
std::optional<Stop> Motion::step_once(Ticks until) {
  const Machine& machine = session_.machine();
  const CpuState before = machine.registers();
  const std::uint64_t count = machine.instructions(), seen = machine.events().total();
  // A session that was asked for a step can say what it did; but a halted CPU is waited for in slices, and
  // watchpoints are a run's.
  Stop stop =
      before.halted || stops_behind_instructions(session_.machine())
          ? session_.run(RunLimits{.instructions = 1, .until_time = until, .stop_on = {}, .until_serial = {}})
          : session_.step();
  if (stop.kind != StopKind::step && !only_the_slice(stop)) return stop;
  if (machine.instructions() == count) return std::nullopt;
  stop.kind = StopKind::step;
  if (into_interrupts_ || !interrupted_since(machine.events(), seen)) return stop;
  const std::uint64_t rsp = before[Gpr::rsp];
  handler_ = RunLimits{.until_address = VirtAddr{linear_rip(before)},
                       .until_rsp_above = rsp ? std::optional(rsp - 1) : std::nullopt,
                       .stop_on = {},
                       .until_serial = {},
                       .continues = true};  // a breakpoint at its first instruction counts
  return std::nullopt;
}

}  // namespace ringside
