// SPDX-License-Identifier: GPL-2.0-or-later
// Steps back as people count them.
#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/memory_tables.h"
#include "sim/session/session.h"

namespace ringside {
namespace {

// A line or a call that takes longer than this backwards is gone into instead.
constexpr std::uint64_t kLongestLine = 200'000;

Stop given_up() { return {StopKind::paused, 0, 0, "Going back was given up."}; }
Stop back_here() { return {StopKind::step, 0, 0, "The machine stands where it was to go."}; }

}  // namespace

Stop Session::step_back() {
  begin(Action::back);
  return end(timeline_.step_back());
}

Stop Session::seek(std::uint64_t instructions) {
  begin(Action::back);
  return end(timeline_.seek(instructions, cancel_));
}

Stop Session::seek_event(std::uint64_t instructions) {
  begin(Action::back);
  const Stop stop = timeline_.seek_before(instructions, cancel_);
  if (stop.kind != StopKind::step) return end(stop);
  return step();
}

Stop Session::seek_time(Ticks time) {
  begin(Action::back);
  return end(timeline_.seek(Position{.time = time}, cancel_));
}

Stop Session::run_back(const Until& until, std::atomic<double>* progress) {
  begin(Action::back);
  RunLimits limits = until.limits;
  if (!limits.pause) limits.pause = cancel_;
  std::vector<Breakpoint> all =
      limits.ignore_breakpoints ? std::vector<Breakpoint>{} : machine_->breakpoints();
  const std::size_t own = all.size();
  for (VirtAddr a : until.addresses) all.push_back({a});
  limits.breakpoints = &all;
  limits.ignore_breakpoints = false;
  Stop stop = timeline_.run_back(limits, until.matches, progress);
  if (stop.kind == StopKind::breakpoint && stop.value >= own) {
    stop.kind = StopKind::address;
    stop.value = 0;
  }
  return end(stop);
}

// The instruction before, unless it came back from a call or an interrupt: then to where that was made. The
// stack pointer tells: inside, it is lower than before.
Stop Session::step_back_over() {
  begin(Action::back);
  const std::uint64_t rsp = machine_->registers()[Gpr::rsp], rip = linear_rip(machine_->registers());
  const std::uint64_t here = machine_->instructions();
  Stop stop = timeline_.step_back();
  if (stop.kind != StopKind::step) return end(stop);
  const InspectContext before = context();
  const auto left = instruction_at(before, linear_rip(before.cpu), &before.cpu);
  const bool returned = left && (left->flow == Flow::ret || left->flow == Flow::interrupt_return);
  if (!returned) return end(stop);
  // A call stands right before where it came back to; an interrupt came where it went back to.
  for (std::uint64_t n = here - 1; n > 0 && here - n < kLongestLine; n = machine_->instructions()) {
    if (cancelled()) return end(given_up());
    stop = timeline_.step_back();
    if (stop.kind != StopKind::step) return end(stop);
    const CpuState& cpu = machine_->registers();
    const std::uint64_t at = linear_rip(cpu);
    if (cpu[Gpr::rsp] < rsp) continue;
    if (at == rip) return end(back_here());  // the interrupted instruction, not yet interrupted
    const InspectContext now = context();
    const auto one = instruction_at(now, at, &now.cpu);
    if (one && one->comes_back() && one->end().value == rip) return end(back_here());
    if (cpu[Gpr::rsp] > rsp) return end(back_here());  // it came from elsewhere
  }
  return end(stop);
}

Stop Session::step_back_line() {
  begin(Action::back);
  const std::uint64_t begun = machine_->instructions();
  const LineRow* const from = symbols_->line_row({linear_rip(machine_->registers())});
  const auto line_at = [&](std::uint64_t rip) { return symbols_->line_row({rip}); };
  const auto same = [](const LineRow* a, const LineRow* b) {
    return a && b && a->line == b->line && a->file == b->file;
  };
  Stop stop = back_here();
  const LineRow* reached = nullptr;  // the line gone back to
  while (begun - machine_->instructions() < kLongestLine) {
    if (cancelled()) return end(given_up());
    const std::uint64_t before = machine_->instructions();
    stop = step_back_over();
    if (stop.kind != StopKind::step || machine_->instructions() == before) return stop;
    const LineRow* const row = line_at(linear_rip(machine_->registers()));
    if (!from || !row) return stop;
    if (!reached) {
      if (!same(row, from)) reached = row;
    } else if (!same(row, reached)) {
      step();  // one too far: the line's first instruction is the next
      action_ = Action::back;
      return end(back_here());
    }
    if (reached && row->start.value == linear_rip(machine_->registers()) && row->is_statement) return stop;
  }
  return stop;
}

Result<Stop> Session::step_back_out() {
  const InspectContext now = context();
  const auto frames = symbols_->backtrace(unwind_registers(now.cpu), now.guest().reader());
  const auto inner = std::ranges::find_if(frames, [](const auto& frame) { return !frame.inlined; });
  if (inner == frames.end() || inner + 1 == frames.end()) return fail("Nobody is known to have called this.");
  // The call pushed the return address right below the frame's CFA: the store there that is the newest.
  const VirtAddr slot{inner->cfa.value - (now.wide() ? 8 : 4)};
  const auto physical = now.guest().translate(slot);
  if (!physical) return fail("The return address is not in memory any more.");
  begin(Action::back);
  std::vector<Breakpoint> pushed{{.address = {physical->value}, .kind = BreakKind::store, .physical = true}};
  RunLimits limits;
  limits.breakpoints = &pushed;
  limits.pause = cancel_;
  Stop stop = timeline_.run_back(limits);
  if (stop.kind == StopKind::watchpoint) stop = back_here();
  return end(stop);
}

Result<Stop> Session::go_back_to(std::string_view text) {
  std::string word(text);
  std::erase_if(word, [](char c) { return c == '@' || c == '\'' || c == ',' || c == '_'; });
  if (word == "start") return seek(0);
  if (word == "end" || word == "now") {
    begin(Action::back);
    return end(timeline_.seek(timeline_.end(), cancel_));
  }
  if (!word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }) &&
      word.size() < 20)
    return seek(std::stoull(word));
  const auto what = until(text);
  if (!what) return std::unexpected(what.error());
  if (what->limits.instructions != ~std::uint64_t{0} || what->limits.until_time != kNever)
    return fail("Going back wants an instruction count, a place or an event: 1000, kernel_main, irq1, #pf.");
  const Position here = timeline_.now();
  const Stop stop = run_back(*what);
  if (stop.kind != StopKind::history_start) return stop;
  end(timeline_.seek(here));
  return fail(fmt::format("There was no {} before instruction {}.", text, here.instructions));
}

}  // namespace ringside
