// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/session/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/memory_tables.h"

namespace ringside {

Session::Session(std::unique_ptr<Machine> machine, std::shared_ptr<const Symbols> symbols,
                 std::vector<std::filesystem::path> roots, HistoryConfig history)
    : timeline_(std::move(machine), history),
      machine_(&timeline_.machine()),
      symbols_(std::move(symbols)),
      sources_(std::move(roots)),
      previous_(machine_->cpu()) {}

Result<std::unique_ptr<Session>> Session::open(MachineConfig config,
                                               std::vector<std::filesystem::path> source_roots,
                                               HistoryConfig history,
                                               std::shared_ptr<const Symbols> symbols) {
  auto machine = Machine::create(std::move(config));
  if (!machine) return std::unexpected(machine.error());
  if (!symbols) {
    // A flat image has no names, and is none the worse for it.
    auto loaded = Symbols::load((*machine)->config().image);
    symbols = std::make_shared<const Symbols>(loaded ? std::move(*loaded) : Symbols::none());
  }
  return std::unique_ptr<Session>(
      new Session(std::move(*machine), std::move(symbols), std::move(source_roots), history));
}

InspectContext Session::context() { return inspect_context(*machine_, *symbols_, &sources_); }

Result<Table> Session::inspect(std::string_view name, std::string_view argument) {
  return ringside::inspect(context(), name, argument);
}

void Session::begin(Action action) {
  action_ = action;
  under_way_.reset();
  previous_ = machine_->cpu();
  first_event_ = machine_->events().total();
  first_instruction_ = machine_->instructions();
  code_ = GuestMemory(previous_, machine_->memory()).readable({linear_rip(previous_)}, 15);
  ports_ = PortWords(machine_->board());
}

Stop Session::end(Stop stop) {
  last_stop_ = stop;
  return stop;
}

Stop Session::step() {
  begin(Action::step);
  return end(timeline_.step());
}

Stop Session::run(const RunLimits& limits) {
  begin(Action::run);
  return end(timeline_.run(limits));
}

Stop Session::run(const Until& until) {
  begin(Action::run);
  return end(run_until(until));
}

void Session::reset() {
  timeline_.reset();
  action_ = Action::none;
  under_way_.reset();
  last_stop_.reset();
  previous_ = machine_->cpu();
  first_event_ = first_instruction_ = 0;
}

Result<void> Session::apply(const Command& command) { return timeline_.apply(command); }

// The machine knows one address to run to; the others stand behind its breakpoints for the time of the run.
Stop Session::run_addresses(RunLimits limits, const std::vector<VirtAddr>& addresses) {
  if (!limits.pause) limits.pause = cancel_;
  if (addresses.empty()) return timeline_.run(limits);
  if (!limits.until_address && addresses.size() == 1) {
    limits.until_address = addresses.front();
    return timeline_.run(limits);
  }
  std::vector<Breakpoint> all =
      limits.ignore_breakpoints ? std::vector<Breakpoint>{} : machine_->breakpoints();
  const std::size_t own = all.size();
  for (VirtAddr a : addresses) all.push_back({a});
  limits.ignore_breakpoints = false;
  limits.breakpoints = &all;
  Stop stop = timeline_.run(limits);
  if (stop.kind == StopKind::breakpoint && stop.value >= own) {
    stop.kind = StopKind::address;
    stop.value = 0;
    stop.sentence = fmt::format("Reached {:#x}.", linear_rip(machine_->cpu()));
  }
  return stop;
}

Stop Session::run_until(const Until& until) {
  if (!until.matches) return run_addresses(until.limits, until.addresses);
  RunLimits limits = until.limits;
  const std::uint64_t start = machine_->instructions(), incidents = machine_->incidents();
  for (;;) {
    const std::uint64_t seen = machine_->events().total();
    Stop stop = run_addresses(limits, until.addresses);
    const EventLog& log = machine_->events();
    // One step can log several events of the kinds asked for; the machine names the first.
    if (stop.kind == StopKind::event) {
      for (std::uint64_t n = std::max(seen, log.first()); n < log.total(); ++n)
        if (limits.stop_on.has(log[n].kind) && until.matches(log[n])) {
          stop.event = n;
          return stop;
        }
      const std::uint64_t done = machine_->instructions() - start;
      limits.instructions = until.limits.instructions > done ? until.limits.instructions - done : 0;
      limits.incidents =
          until.limits.incidents - std::min(until.limits.incidents, machine_->incidents() - incidents);
      continue;
    }
    return stop;
  }
}

Result<Stop> Session::run_to(std::string_view place) {
  const auto addresses = symbols_->resolve_all(place);
  if (!addresses) return std::unexpected(addresses.error());
  Until until;
  until.limits.instructions = kRunToLimit;
  until.addresses = *addresses;
  return run(until);
}

}  // namespace ringside
