// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/threads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/kit/blame.h"
#include "labs/kit/step_state.h"
#include "sim/inspect/memory_tables.h"

namespace ringside::labs {

Instant in_students_code(const Pc& pc) {
  const InspectContext here = pc.context();
  for (const StackFrame& frame : here.symbols.backtrace(unwind_registers(here.cpu), here.guest().reader())) {
    const VirtAddr at = frame.pc_is_return ? VirtAddr{frame.pc.value - 1} : frame.pc;
    const auto source = here.symbols.source(at);
    if (source && source->file.starts_with(kStudentsFolder)) return {pc.instructions(), at.value};
  }
  return pc.now();
}

void expect_kept(const Pc& pc, std::string_view who, const std::vector<Kept>& registers, std::string_view by,
                 std::string why) {
  const auto lost = std::ranges::find_if(registers, [](const Kept& r) { return r.has != r.had; });
  if (lost == registers.end()) return;
  std::vector<std::string> others;
  for (auto other = lost + 1; other != registers.end(); ++other)
    if (other->has != other->had) others.push_back(other->name);
  std::string got = fmt::format("{} is {:#x}", lost->name, lost->has);
  if (lost->another != 0 && lost->has == lost->another) got += ", which is what another one had in it";
  if (!others.empty()) got += fmt::format("; {} too changed", fmt::join(others, ", "));
  fail_step_at(pc, {pc.instructions(), pc.address(by)},
               fmt::format("{} still has {:#x} in {}", who, lost->had, lost->name), got, std::move(why));
}

unsigned Turns::percent(std::string_view name) const {
  const auto runs = [&](const Look& l) {
    return l.who >= 0 && stacks[static_cast<std::size_t>(l.who)].name == name;
  };
  return looks.empty() ? 0 : static_cast<unsigned>(std::ranges::count_if(looks, runs) * 100 / looks.size());
}

Turns watch(Pc& pc, std::vector<ThreadStack> stacks, double for_ms, double every_ms) {
  Turns turns{.stacks = std::move(stacks), .looks = {}, .every_ms = every_ms};
  for (const double end = pc.ms() + for_ms; pc.ms() < end;) {
    const double before = pc.ms();
    pc.run_ms(every_ms);
    if (pc.ended() || pc.ms() <= before)
      fail_step(pc, fmt::format("the kernel runs for {} ms", for_ms), pc.how(),
                "The check looks at the stack pointer again and again meanwhile.");
    Turns::Look look{.instant = pc.now(), .ms = pc.ms(), .rsp = pc.cpu()[Gpr::rsp]};
    for (std::size_t i = 0; i < turns.stacks.size(); ++i)
      if (look.rsp >= turns.stacks[i].bottom && look.rsp <= turns.stacks[i].top)
        look.who = static_cast<int>(i);
    turns.looks.push_back(look);
  }
  return turns;
}

namespace {

// From a description and what is wrong, "" for nothing.
OfTurns of_turns(std::string description, std::function<std::string(const Turns&)> wrong) {
  class Impl : public testing::MatcherInterface<const Turns&> {
   public:
    Impl(std::string d, std::function<std::string(const Turns&)> w)
        : description_(std::move(d)), wrong_(std::move(w)) {}
    bool MatchAndExplain(const Turns& turns, testing::MatchResultListener* listener) const override {
      const std::string wrong = wrong_(turns);
      *listener << wrong;
      return wrong.empty();
    }
    void DescribeTo(std::ostream* out) const override { *out << description_; }

   private:
    std::string description_;
    std::function<std::string(const Turns&)> wrong_;
  };
  return OfTurns(new Impl(std::move(description), std::move(wrong)));
}

std::string shares(const Turns& turns) {
  std::vector<std::string> words;
  for (const ThreadStack& stack : turns.stacks)
    words.push_back(fmt::format("{} {} %", stack.name, turns.percent(stack.name)));
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

OfTurns OnStacks() {
  return of_turns("RSP always lies in the stack of a thread", [](const Turns& turns) -> std::string {
    for (const Turns::Look& look : turns.looks)
      if (look.who < 0) {
        blamed() = look.instant;
        return fmt::format("it was {:#x}, which is in none of them", look.rsp);
      }
    return "";
  });
}

OfTurns EverybodyRuns() {
  return of_turns("every thread runs", [](const Turns& turns) -> std::string {
    for (const ThreadStack& stack : turns.stacks)
      if (turns.percent(stack.name) == 0) return fmt::format("{} never ran: {}", stack.name, shares(turns));
    return "";
  });
}

OfTurns ShareBetween(std::string name, unsigned least, unsigned most) {
  return of_turns(fmt::format("{} has {} to {} percent of the time", name, least, most),
                  [=](const Turns& turns) -> std::string {
                    const unsigned had = turns.percent(name);
                    if (had >= least && had <= most) return "";
                    return fmt::format("the shares are {}", shares(turns));
                  });
}

OfTurns NeverWaitsLongerThan(double ms, std::string name) {
  return of_turns(
      fmt::format("{} never waits longer than {:.2f} ms", name, ms), [=](const Turns& turns) -> std::string {
        if (turns.looks.empty()) return "nobody looked";
        double since = turns.looks.front().ms;
        for (const Turns::Look& look : turns.looks) {
          const bool runs = look.who >= 0 && turns.stacks[static_cast<std::size_t>(look.who)].name == name;
          if (look.ms - since > ms + turns.every_ms) {
            blamed() = look.instant;
            return fmt::format("it waited for more than {:.2f} ms, from {:.2f} ms after power-on on",
                               look.ms - since, since);
          }
          if (runs) since = look.ms;
        }
        return "";
      });
}

void expect(const Pc& pc, const Turns& turns, const OfTurns& matcher, std::string why) {
  blamed().reset();
  testing::StringMatchResultListener listener;
  if (matcher.MatchAndExplain(turns, &listener)) return;
  std::ostringstream expected;
  matcher.DescribeTo(&expected);
  fail_step_at(pc, blamed().value_or(pc.now()), expected.str(), listener.str(), std::move(why));
}

std::uint64_t latency(Pc& pc, std::string_view from, std::string_view to, std::string_view why) {
  pc.run_until(from, why);
  const std::uint64_t before = pc.instructions();
  pc.run_until(to, why);
  return pc.instructions() - before;
}

}  // namespace ringside::labs
