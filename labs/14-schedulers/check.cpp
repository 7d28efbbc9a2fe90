// SPDX-License-Identifier: MIT
// Lab 14: who runs, how soon, for how long; what the timer is told; in which order jobs run.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <ranges>

#include "labs/kit/kit.h"

using namespace ringside::labs;
using namespace testing;

namespace {

// As in given/scenes.h.
enum Scene : std::uint64_t { kShares, kOrder, kSpin, kInversion, kChain, kSleep, kJobOrder };
constexpr std::uint64_t kKernelBase = 0xffffffff80000000;  // of the image
constexpr double kTickMs = 119 / 1193.182;
constexpr Boot kSmall{.budget = 12'000'000, .budget_ms = 400};

void write(Pc& pc, std::string_view variable, std::span<const std::uint64_t> words) {
  const std::uint64_t at = pc.address(variable) - kKernelBase;
  for (std::size_t i = 0; i < 8 * words.size(); ++i)
    (void)pc.session().apply(
        ringside::SetMemory{{at + i}, static_cast<std::uint8_t>(words[i / 8] >> 8 * (i % 8))});
}

void choose(Pc& pc, Scene scene, std::array<std::uint64_t, 3> with = {}) {
  pc.run_until("lab::ready");
  write(pc, "lab::chosen", std::array<std::uint64_t, 4>{scene, with[0], with[1], with[2]});
}

struct Entry {
  std::uint64_t who = 0, what = 0, tick = 0;
};
std::vector<Entry> story(const Pc& pc) {
  std::vector<Entry> entries(pc.number("lab::story.count"));
  const std::uint64_t at = pc.address("lab::story");
  for (std::size_t n = 0; n < entries.size(); ++n)
    entries[n] = {pc.read(at + 24 * n), pc.read(at + 24 * n + 8), pc.read(at + 24 * n + 16)};
  return entries;
}
// "1:3" for 1 that noted 3.
std::string told(const Pc& pc) {
  std::vector<std::string> words;
  for (const Entry& entry : story(pc)) words.push_back(fmt::format("{}:{}", entry.who, entry.what));
  return fmt::format("{}", fmt::join(words, " "));
}
// The tick of the first such entry.
std::uint64_t when(const Pc& pc, std::uint64_t who, std::uint64_t what) {
  for (const Entry& entry : story(pc))
    if (entry.who == who && entry.what == what) return entry.tick;
  return 0;
}

// Of the scene's threads 1 to 3, once they are there.
std::vector<ThreadStack> stacks(const Pc& pc) {
  std::vector<ThreadStack> all;
  for (unsigned i = 0; i < 3; ++i)
    all.push_back({fmt::format("thread {}", i + 1),
                   pc.number(fmt::format("lab::actors[{}]->stack.bottom", i)),
                   pc.number(fmt::format("lab::actors[{}]->stack.top", i))});
  return all;
}
void run_to_three_threads(Pc& pc) {
  for (unsigned i = 0; i < 20 && pc.number("lab::actors[2]") == 0; ++i) pc.run_ms(kTickMs / 2);
  if (pc.number("lab::actors[2]") == 0)
    fail_step(pc, "main starts three threads", pc.ended() ? pc.how() : "it did not come so far in ten ticks",
              "main has the highest priority: it runs whenever it is ready.");
}

std::uint64_t ticks_high_waited(Pc& pc) {
  pc.about("lab::lock");

  pc.run_until("lab::done", "All three come to their end: who waits for a mutex gets it, sooner or later.");
  return when(pc, 3, 2) - when(pc, 3, 1);
}

}  // namespace

STEP(1) {
  // 6 is for the third, whatever it started with.
  std::array<std::uint64_t, 3> priorities{1 + dice().below(2), 3 + dice().below(3), dice().below(3)};
  if (dice().below(2) == 0) std::swap(priorities[0], priorities[1]);
  {
    Pc pc(kSmall);
    choose(pc, kOrder, priorities);
    pc.about("lab::Priorities::take_next");
    pc.run_until("lab::done", "main waits for the end of three threads: each of them has to run.");
    expect(pc,
           fmt::format("who ran, of three threads with priorities {}, {} and (changed before it ran) 6",
                       priorities[0], priorities[1]),
           told(pc),
           StrEq(priorities[0] > priorities[1] ? "3:1 3:2 1:1 1:2 2:1 2:2" : "3:1 3:2 2:1 2:2 1:1 1:2"),
           "The highest priority first. A thread whose priority changes is taken out of the lists and put in "
           "again.");
  }
  Pc pc(kSmall);
  choose(pc, kSpin, {4, 4, 2});
  pc.about("lab::Priorities::should_preempt");
  run_to_three_threads(pc);
  const Turns turns = watch(pc, stacks(pc), 20 * kTickMs, 0.031);
  for (const char* name : {"thread 1", "thread 2"}) {
    expect(pc, turns, ShareBetween(name, 40, 60), "Threads of the same priority take turns, a tick each.");
    expect(pc, turns, NeverWaitsLongerThan(3 * kTickMs, name), "In turn: only one is before it.");
  }
  expect(pc, turns, ShareBetween("thread 3", 0, 0),
         "A thread of lower priority runs only when none of higher priority wants to.");
  pc.run_ms(kTickMs * 0.3);
  (void)pc.session().apply(ringside::TypeKey{(*ringside::key_strokes("k"))[0]});
  const std::uint64_t until_it_runs = latency(
      pc, "irq1", "lab::got_key", "A thread of priority 6 waits for keys, and two of priority 4 compute.");
  expect(pc, "instructions from the keyboard's interrupt to the thread that waits for it", until_it_runs,
         Le(5000u),
         "Who becomes ready and is more important runs at once, not at the next tick, which is up to 100,000 "
         "instructions away.");
}

STEP(2) {
  const std::uint64_t held = 2 + dice().below(3), middle = 8 + dice().below(6);
  {
    Pc pc(kSmall);
    choose(pc, kInversion, {held, middle, 0});
    expect(
        pc,
        fmt::format("ticks that high waited for a mutex that low held for {}, while middle wanted to compute "
                    "for {}",
                    held, middle),
        ticks_high_waited(pc), AllOf(Ge(held - 1), Le(held + 1)),
        "While high waits, low has its priority: or middle, which has nothing to do with it, keeps both from "
        "running.");
    pc.about("lab::unlock");
    expect(
        pc, "priority of low when it has unlocked",
        [&] {
          for (const Entry& entry : story(pc) | std::views::reverse)
            if (entry.who == 1) return entry.what;
          return std::uint64_t{0};
        }(),
        Eq(1u), "What was lent for the mutex goes back with it.");
  }
  Pc pc(kSmall);
  choose(pc, kChain);
  pc.about("lab::lock");
  pc.run_until("lab::done", "All three come to their end: who waits for a mutex gets it, sooner or later.");
  const std::vector<Entry> all = story(pc);
  expect(pc, "things noted", all.size(), Eq(6u), "Three look at priorities, and three come to their end.");
  expect(pc, "priority of 1, which holds A, while 2 of priority 2 waits for A", all[0].what, Eq(2u),
         "The owner has at least the priority of who waits.");
  expect(pc, "priority of 2, which holds B, while 3 of priority 5 waits for B", all[1].what, Eq(5u),
         "The owner has at least the priority of who waits.");
  expect(pc, "priority of 1, for which 2 waits, for which 3 of priority 5 waits", all[2].what, Eq(5u),
         "It goes on along the chain: 3 waits for 2, and 2 for 1. Whoever can do something about it has to "
         "run.");
  pc.about("lab::unlock");
  std::map<std::uint64_t, std::uint64_t> in_the_end;
  for (std::size_t i = 3; i < all.size(); ++i) in_the_end[all[i].who] = all[i].what;
  expect(pc, "the priorities of 1, 2 and 3 in the end", in_the_end,
         ElementsAre(Pair(1, 1), Pair(2, 2), Pair(3, 5)), "Who holds nothing has its own.");
}

STEP(3) {
  {
    Pc pc(kSmall);
    pc.run_until("lab::ready");
    const std::uint64_t usage = (1 + dice().below(1000)) << 24;
    const auto left = [&](std::uint64_t ticks) {
      return pc.call("lab::FairShare::decayed", {usage, ticks}).rax;
    };
    expect(pc, "what counts of a usage at once, in percent", left(0) * 100 / usage, Eq(100u),
           "Nothing is forgotten yet.");
    expect(pc, "what counts of it after 16 ticks, in percent", left(16) * 100 / usage,
           AllOf(Ge(49u), Le(51u)), "kHalfLife: after so many ticks a half is left.");
    expect(pc, "what counts of it after 32 ticks, in percent", left(32) * 100 / usage,
           AllOf(Ge(24u), Le(26u)), "A half of the half.");
    expect(pc, "what counts of it after 16,384 ticks", left(16'384), Eq(0u),
           "In the end nothing is left. (A shift by 64 or more is one by its low six bits.)");
    for (std::uint64_t ticks = 1, before = usage; ticks < 40; ++ticks) {
      const std::uint64_t now = left(ticks);
      expect(pc, fmt::format("what counts after {} ticks", ticks), now, Le(before),
             "A usage only shrinks with time.");
      before = now;
    }
  }
  static const std::vector<std::array<std::uint64_t, 3>> kWeights{{1, 1, 2}, {1, 2, 1}, {2, 1, 1}, {1, 3, 1}};
  const auto weights = dice().one_of(kWeights);
  Pc pc(kSmall);
  choose(pc, kShares, weights);
  pc.about("lab::FairShare::charge");
  run_to_three_threads(pc);
  pc.run_ms(10 * kTickMs);
  const Turns turns = watch(pc, stacks(pc), 70 * kTickMs, 0.083);
  expect(pc, turns, EverybodyRuns(), "A fair share is never nothing.");
  for (unsigned i = 0; i < 3; ++i) {
    const auto percent = static_cast<unsigned>(weights[i] * 100 / (weights[0] + weights[1] + weights[2]));
    expect(pc, turns, ShareBetween(fmt::format("thread {}", i + 1), percent - 6, percent + 6),
           fmt::format("The weights are {}, {} and {}: a thread of weight 2 is charged half.", weights[0],
                       weights[1], weights[2]));
  }
}

STEP(4) {
  const std::array<std::uint64_t, 3> lengths{20 + dice().below(30), 700 + dice().below(50),
                                             2 + dice().below(6)};
  Pc pc(kSmall), reference({.reference = true});
  choose(pc, kSleep, lengths);
  choose(reference, kSleep, lengths);
  pc.about("lab::interrupt_once");
  const std::uint64_t mark = pc.mark(), reference_mark = reference.mark();
  const double start = pc.ms();
  pc.run_until("lab::done",
               fmt::format("main sleeps for {}, {} and {} ticks.", lengths[0], lengths[1], lengths[2]));
  reference.run_until("lab::done");
  const double ticks = (pc.ms() - start) / kTickMs;
  const std::uint64_t sum = lengths[0] + lengths[1] + lengths[2];
  expect(pc, fmt::format("machine time that {} ticks of sleep took, in ticks", sum), ticks,
         AllOf(Ge(static_cast<double>(sum) - 2), Le(static_cast<double>(sum) + 5)),
         "While no ticks come the time stamp counter tells the time, and the counter's count the moment to "
         "wake.");
  const std::vector<Entry> all = story(pc);
  for (std::size_t i = 0; i + 1 < all.size() && i < 3; ++i)
    expect(pc, fmt::format("ticks of the kernel's clock that a sleep of {} took", lengths[i]),
           all[i + 1].tick - all[i].tick, AllOf(Ge(lengths[i]), Le(lengths[i] + 1)),
           "The clock goes on while the timer is silent.");
  expect(pc, SameEventsAs(reference, PortTrafficAndInterrupts({0x43}), mark, reference_mark),
         "One interrupt when something is due, two where the counter is too short: mode 0 counts down once.");
  pc.about("lab::no_interrupt");
  const std::uint64_t after = pc.mark();
  pc.run_ms(100);
  expect(pc, EventCount(Acknowledge(0), Eq(0u), after),
         "Nobody waits for a moment now. A machine that has nothing to do is not disturbed.");
}

STEP(5) {
  Pc pc(kSmall);
  choose(pc, kJobOrder);
  pc.about("kernel::Jobs::run_pending");
  pc.run_until("lab::done", "The jobs run to their end, and then what was interrupted goes on.");
  const std::string right = "0:1 1:1 3:1 1:2 1:3 3:1 1:4 2:1 0:2", got = told(pc);
  const auto at = [&](std::size_t n) { return got.size() > 4 * n ? got.substr(4 * n, 3) : "nothing"; };
  static constexpr std::array kWhy{
      "The handler asks for a job and goes on to its end: a job begins when the handler has returned.",
      "When the handler is over, the job runs, before what was interrupted goes on.",
      "A job of higher priority interrupts one of lower priority at once.",
      "The more important job is done before the other one goes on; one of the same priority has to wait.",
      "Who has claimed a resource is not interrupted by those who may use it, up to its ceiling.",
      "When the claim ends, those who were kept waiting run at once. Two requests that were not answered yet "
      "are "
      "one.",
      "Then the job that was interrupted goes on.",
      "A job of the same priority comes after it.",
      "When all jobs are done, what was interrupted goes on."};
  for (std::size_t n = 0; n < kWhy.size(); ++n)
    expect(pc, fmt::format("number {} of the things done (\"{}\" is right)", n + 1, right), at(n),
           StrEq(right.substr(4 * n, 3)),
           n < 7 && at(n) == "2:1"
               ? "One of the same priority does not interrupt: it has to wait for the end of the other."
               : kWhy[n]);
  expect(pc, "things done", got.size(), Eq(right.size()), "Nothing more happens.");
  expect(pc, "kernel::jobs.ceiling_ in the end", pc.number("kernel::jobs.ceiling_"), Eq(0u),
         "Each job and each claim puts back the ceiling that it found.");
}

QUESTION(1) {
  const std::uint64_t held = 2 + dice().below(3), middle = held + 3 + dice().below(5);
  Pc pc(kSmall);
  choose(pc, kInversion, {held, middle, 0});
  const std::uint64_t at = pc.address("lab::inheritance") - kKernelBase;
  (void)pc.session().apply(ringside::SetMemory{{at}, 0});
  ticks_high_waited(pc);
  std::string order;
  for (const Entry& entry : story(pc))
    if (entry.what == 2) order += fmt::to_string(entry.who);
  return {.text = fmt::format(
              "Priority inheritance is off. 1 (low) has locked the mutex and has {} ticks of work to do "
              "with it, 2 (middle) wants to compute for {} ticks, 3 (high) wants the mutex. Who is "
              "done first, high with the mutex or middle with its computation? (two digits, the "
              "first first)",
              held, middle),
          .answer = order,
          .because =
              "high waits for low, and low does not run as long as middle does. With inheritance low would "
              "run with the priority of high."};
}

QUESTION(2) {
  const std::uint64_t length = 100 + dice().below(1500);
  Pc pc(kSmall);
  choose(pc, kSleep, {length, 1, 1});
  pc.run_until("lab::play");
  const std::uint64_t mark = pc.mark();
  for (unsigned i = 0; i < 1000 && pc.number("lab::story.count") < 2; ++i) pc.run_ms(kTickMs);
  const auto interrupts =
      std::ranges::count(pc.events(mark), ringside::EventKind::acknowledge, &ringside::Event::kind);
  return {
      .text = fmt::format(
          "A tick is 119 counts of the timer. The kernel is tickless, and main sleeps for {} ticks; "
          "nobody else is there. How many interrupts of the timer does that take?",
          length),
      .answer = fmt::to_string(interrupts),
      .because = "The counter has 16 bits: 65535 counts are 550 ticks. What is further away takes several."};
}

QUESTION(3) {
  Pc pc(kSmall);
  pc.run_until("lab::ready");
  const std::uint64_t ticks = 16 * (1 + dice().below(5)), usage = 6400;
  return {
      .text = fmt::format("A thread has used {} cycles and then sleeps for {} ticks. How many of them count, "
                          "for your fair share policy?",
                          usage, ticks),
      .answer = fmt::to_string(pc.call("lab::FairShare::decayed", {usage, ticks}).rax),
      .because = "Every 16 ticks half of it is forgotten."};
}
