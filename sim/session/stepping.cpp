// SPDX-License-Identifier: GPL-2.0-or-later
// Steps as people count them: lines, calls, returns.
#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/memory_tables.h"
#include "sim/session/session.h"

namespace ringside {
namespace {

// A line that loops this long without reaching another is shown where it stands.
constexpr std::uint64_t kLongestLine = 5'000'000;
// What a call may take before "step over" gives up and stops inside.
constexpr std::uint64_t kLongestCall = 20'000'000'000;

// Back in this frame or one further out: the stack pointer is where it was, or higher.
std::optional<std::uint64_t> not_deeper_than(std::uint64_t rsp) {
  return rsp ? std::optional(rsp - 1) : std::nullopt;
}

}  // namespace

// One step; an interrupt that comes instead of the instruction is run to its return first. The run ends early
// where the guest's handler does not come back, at a breakpoint in it for example.
Stop Session::step_through_interrupts() {
  const std::uint64_t rip = linear_rip(machine_->cpu()), rsp = machine_->cpu()[Gpr::rsp];
  const std::uint64_t seen = machine_->events().total();
  Stop stop = machine_->step();
  if (stop.kind != StopKind::step) return stop;
  const EventLog& log = machine_->events();
  bool interrupted = false;
  for (std::uint64_t n = std::max(seen, log.first()); n < log.total(); ++n)
    interrupted |= log[n].kind == EventKind::interrupt;
  if (!interrupted) return stop;
  stop = machine_->run({.instructions = kLongestCall,
                        .until_address = VirtAddr{rip},
                        .until_rsp_above = not_deeper_than(rsp),
                        .stop_on = {},
                        .until_serial = {}});
  return stop.kind == StopKind::address ? step_through_interrupts() : stop;
}

Stop Session::step_line() {
  begin(Action::step_line);
  const LineRow* start = symbols_->line_row({linear_rip(machine_->cpu())});
  const auto first = symbols_->find({linear_rip(machine_->cpu())});
  for (std::uint64_t i = 0; i < kLongestLine; ++i) {
    Stop stop = step_through_interrupts();
    if (stop.kind != StopKind::step) return end(stop);
    const std::uint64_t rip = linear_rip(machine_->cpu());
    for (std::size_t b = 0; b < machine_->breakpoints().size(); ++b)
      if (machine_->breakpoints()[b].enabled && machine_->breakpoints()[b].address.value == rip)
        return end({StopKind::breakpoint, static_cast<std::uint32_t>(b), 0,
                    fmt::format("Breakpoint at {:#x}.", rip)});
    const LineRow* row = symbols_->line_row({rip});
    if (!start && !row) return end(stop);  // no line here nor there: an instruction is all there is
    if (!row || row->line == 0 || !row->is_statement || row->start.value != rip) continue;
    const auto function = symbols_->find({rip});
    const bool other_function = function && first && function->symbol != first->symbol;
    if (!start || other_function || row->line != start->line || row->file != start->file) return end(stop);
  }
  return end({StopKind::budget, 0, 0,
              fmt::format("This line runs on: {} instructions and still no other line.", kLongestLine)});
}

Stop Session::step_over() {
  begin(Action::step_over);
  const InspectContext now = context();
  const std::uint64_t rip = linear_rip(now.cpu);
  const auto instruction = instruction_at(now, rip, &now.cpu);
  if (!instruction || !instruction->decoded || !instruction->comes_back())
    return end(step_through_interrupts());
  const std::uint64_t rsp = now.cpu[Gpr::rsp];
  Stop stop = machine_->run({.instructions = kLongestCall,
                             .until_address = instruction->end(),
                             .until_rsp_above = not_deeper_than(rsp),
                             .stop_on = {},
                             .until_serial = {}});
  if (stop.kind == StopKind::address) stop = {StopKind::step, 0, 0, "One step was made."};
  return end(stop);
}

Result<Stop> Session::step_out() {
  const InspectContext now = context();
  const auto frames = symbols_->backtrace(unwind_registers(now.cpu), now.guest().reader());
  // Inlined functions share the frame of the function they are part of.
  std::size_t inner = 0;
  while (inner < frames.size() && frames[inner].inlined) ++inner;
  std::size_t outer = inner + 1;
  if (inner >= frames.size() || outer >= frames.size())
    return fail(
        fmt::format("Nobody is known to have called {}.", frames.empty() || frames[0].function.empty()
                                                              ? fmt::format("{:#x}", linear_rip(now.cpu))
                                                              : frames[0].function));
  begin(Action::step_out);
  const VirtAddr back = frames[outer].pc;
  const std::uint64_t cfa = frames[inner].cfa.value;
  Stop stop = machine_->run({.instructions = kLongestCall,
                             .until_address = back,
                             .until_rsp_above = not_deeper_than(cfa),
                             .stop_on = {},
                             .until_serial = {}});
  return end(stop);
}

}  // namespace ringside
