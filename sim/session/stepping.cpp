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

Stop Session::finish(Stop stop) {
  under_way_.reset();
  return stop;
}

Stop Session::run_call(const Slice& slice) {
  RunLimits& call = *under_way_->call;
  RunLimits limits = call;
  limits.instructions = std::min(call.instructions, slice.instructions);
  limits.pause = slice.pause;
  const std::uint64_t before = machine_->instructions();
  const Stop stop = timeline_.run(limits);
  call.instructions -= std::min(call.instructions, machine_->instructions() - before);
  const bool sliced =
      stop.kind == StopKind::paused || (stop.kind == StopKind::budget && call.instructions > 0);
  if (!sliced) under_way_->call.reset();
  return stop;
}

// One step; an interrupt that comes instead of the instruction is run to its return first. The run ends early
// where the guest's handler does not come back, at a breakpoint in it for example.
Stop Session::step_through_interrupts(const Slice& slice) {
  for (;;) {
    if (under_way_->call) {
      const Stop stop = run_call(slice);
      if (under_way_->call || stop.kind != StopKind::address) return stop;
    }
    const std::uint64_t rip = linear_rip(machine_->cpu()), rsp = machine_->cpu()[Gpr::rsp];
    const std::uint64_t seen = machine_->events().total();
    const Stop stop = timeline_.step();
    if (stop.kind != StopKind::step) return stop;
    const EventLog& log = machine_->events();
    bool interrupted = false;
    for (std::uint64_t n = std::max(seen, log.first()); n < log.total(); ++n)
      interrupted |= log[n].kind == EventKind::interrupt;
    if (!interrupted) return stop;
    under_way_->call = RunLimits{.instructions = kLongestCall,
                                 .until_address = VirtAddr{rip},
                                 .until_rsp_above = not_deeper_than(rsp),
                                 .stop_on = {},
                                 .until_serial = {}};
  }
}

Stop Session::step_line(Slice slice) {
  begin(Action::step_line);
  const std::uint64_t rip = linear_rip(machine_->cpu());
  const auto function = symbols_->find({rip});
  under_way_ = UnderWay{.line = symbols_->line_row({rip}),
                        .function = function ? function->symbol : nullptr,
                        .steps_left = kLongestLine,
                        .call = {}};
  return end(line_on(slice));
}

Stop Session::line_on(const Slice& slice) {
  UnderWay& line = *under_way_;
  for (std::uint64_t made = 0; line.steps_left > 0; ++made, --line.steps_left) {
    if (slice.pause && *slice.pause) return {StopKind::paused, 0, 0, "Paused."};
    if (made == slice.instructions) return {StopKind::budget, 0, 0, "The line goes on."};
    Stop stop = step_through_interrupts(slice);
    if (line.call) return stop;
    if (stop.kind != StopKind::step) return finish(stop);
    const std::uint64_t rip = linear_rip(machine_->cpu());
    for (std::size_t b = 0; b < machine_->breakpoints().size(); ++b)
      if (const Breakpoint& at = machine_->breakpoints()[b];
          at.enabled && at.kind == BreakKind::execute && at.address.value == rip)
        return finish({StopKind::breakpoint, static_cast<std::uint32_t>(b), 0,
                       fmt::format("Breakpoint at {:#x}.", rip)});
    const LineRow* row = symbols_->line_row({rip});
    if (!line.line && !row) return finish(stop);  // no line here nor there: an instruction is all there is
    if (!row || row->line == 0 || !row->is_statement || row->start.value != rip) continue;
    const auto function = symbols_->find({rip});
    const bool other_function = function && line.function && function->symbol != line.function;
    if (!line.line || other_function || row->line != line.line->line || row->file != line.line->file)
      return finish(stop);
  }
  return finish({StopKind::budget, 0, 0,
                 fmt::format("This line runs on: {} instructions and still no other line.", kLongestLine)});
}

Stop Session::step_over(Slice slice) {
  begin(Action::step_over);
  const InspectContext now = context();
  const auto instruction = instruction_at(now, linear_rip(now.cpu), &now.cpu);
  under_way_.emplace();
  if (instruction && instruction->decoded && instruction->comes_back()) {
    under_way_->over_call = true;
    under_way_->call = RunLimits{.instructions = kLongestCall,
                                 .until_address = instruction->end(),
                                 .until_rsp_above = not_deeper_than(now.cpu[Gpr::rsp]),
                                 .stop_on = {},
                                 .until_serial = {}};
  }
  return end(over_on(slice));
}

Stop Session::over_on(const Slice& slice) {
  Stop stop = under_way_->over_call ? run_call(slice) : step_through_interrupts(slice);
  if (under_way_->call) return stop;
  if (under_way_->over_call && stop.kind == StopKind::address)
    stop = {StopKind::step, 0, 0, "One step was made."};
  return finish(stop);
}

Stop Session::go_on(Slice slice) {
  return end(action_ == Action::step_line ? line_on(slice) : over_on(slice));
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
  Stop stop = timeline_.run({.instructions = kLongestCall,
                             .until_address = back,
                             .until_rsp_above = not_deeper_than(cfa),
                             .stop_on = {},
                             .until_serial = {}});
  return end(stop);
}

}  // namespace ringside
