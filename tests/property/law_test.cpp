// SPDX-License-Identifier: GPL-2.0-or-later
// The law of machine.h: same image, configuration and commands give the same state at the same instruction
// count, bit for bit, however the run is cut and by whichever lane. Shown on guests made at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>

#include "random_guest.h"
#include "sim/machine/checkpoint.h"
#include "sim/timeline/timeline.h"

namespace ringside {
namespace {

constexpr unsigned kSlots = 400;
constexpr std::uint64_t kInstructions = 40'000;

std::unique_ptr<Machine> machine(std::uint64_t seed, Execution execution) {
  auto made = Machine::create(random_guest(seed, kSlots, execution));
  EXPECT_TRUE(made) << made.error().sentence;
  return made ? std::move(*made) : nullptr;
}

// Runs to instruction count `to`, in pieces `next_piece()` long (0: one step()), applying commands at their
// counts.
template <class NextPiece>
void run_to(Machine& m, std::uint64_t to, const std::vector<TimedCommand>& commands, std::size_t& next,
            NextPiece&& next_piece) {
  while (!m.final_stop()) {
    while (next < commands.size() && commands[next].instructions <= m.instructions())
      (void)m.apply(commands[next++].command);
    if (m.instructions() >= to || m.final_stop()) return;
    std::uint64_t limit = to;
    if (next < commands.size()) limit = std::min(limit, commands[next].instructions);
    const std::uint64_t left = limit - m.instructions();
    const std::uint64_t piece = next_piece();
    const Stop stop =
        piece == 0 ? m.step() : m.run({.instructions = std::min(piece, left), .ignore_breakpoints = true});
    if (stop.kind == StopKind::idle) return;
  }
}

std::string difference(const Machine& a, const Machine& b) {
  std::string text;
  const auto say = [&](const char* what, std::uint64_t x, std::uint64_t y) {
    if (x != y) text += std::string(what) + ": " + std::to_string(x) + " / " + std::to_string(y) + "\n";
  };
  say("instructions", a.instructions(), b.instructions());
  say("time", a.time(), b.time());
  const CpuState x = a.cpu(), y = b.cpu();
  for (unsigned i = 0; i < 16; ++i) say(("gpr " + std::to_string(i)).c_str(), x.gpr[i], y.gpr[i]);
  say("rip", x.rip, y.rip);
  say("rflags", x.rflags, y.rflags);
  say("cr2", x.cr2, y.cr2);
  say("cpl", x.cpl, y.cpl);
  say("halted", x.halted, y.halted);
  say("shadow", x.interrupt_shadow, y.interrupt_shadow);
  if (!(x.fp == y.fp)) text += "floating point\n";
  if (!(a.board() == b.board())) text += "board\n";
  const auto ma = a.memory().bytes(), mb = b.memory().bytes();
  for (std::size_t i = 0, n = 0; i < ma.size() && n < 4; ++i)
    if (ma[i] != mb[i]) {
      say(("byte at " + std::to_string(i)).c_str(), std::to_integer<std::uint64_t>(ma[i]),
          std::to_integer<std::uint64_t>(mb[i]));
      ++n;
    }
  const EventLog &ea = a.events(), &eb = b.events();
  say("events", ea.total(), eb.total());
  for (std::uint64_t i = std::max(ea.first(), eb.first()); i < std::min(ea.total(), eb.total()); ++i)
    if (!(ea[i] == eb[i])) {
      text += "event " + std::to_string(i) + " at " + std::to_string(ea[i].instructions) + "/" +
              std::to_string(eb[i].instructions) + ": " + name(ea[i].kind) + " / " + name(eb[i].kind) + "\n";
      break;
    }
  return text;
}

std::string pages_that_differ(const MemoryImage& held, const PhysicalMemory& memory) {
  std::string pages = "; pages that differ:";
  for (std::uint32_t page = 0; page < held.pages(); ++page) {
    const auto ram = memory.bytes().subspan(page * kImagePageBytes, kImagePageBytes);
    const std::byte* bytes = held.page(page);
    const bool same = bytes ? std::ranges::equal(ram, std::span(bytes, kImagePageBytes))
                            : std::ranges::count(ram, std::byte{0}) == kImagePageBytes;
    if (!same) pages += " " + std::to_string(page);
  }
  return pages;
}

unsigned seeds() {
  const char* wanted = std::getenv("RINGSIDE_SEEDS");
  return wanted ? static_cast<unsigned>(std::atoi(wanted)) : 25;
}
std::uint64_t first_seed() {
  const char* wanted = std::getenv("RINGSIDE_FIRST_SEED");
  return wanted ? static_cast<std::uint64_t>(std::atoll(wanted)) : 1;
}

TEST(Law, SteppingEqualsRunningInEitherLane) {
  std::uint64_t reached = 0, deliveries = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto commands = random_commands(seed, kInstructions);
    auto stepped = machine(seed, Execution::fast), exact = machine(seed, Execution::exact),
         fast = machine(seed, seed % 4 == 0 ? Execution::fast : Execution::restless);
    ASSERT_TRUE(stepped && exact && fast);
    std::mt19937_64 random(seed);
    std::size_t next[3] = {};
    for (std::uint64_t at = 0; at < kInstructions && !stepped->final_stop();) {
      at += 1 + random() % 4000;
      run_to(*stepped, at, commands, next[0], [] { return std::uint64_t{0}; });
      run_to(*exact, at, commands, next[1], [&] { return 1 + random() % 900; });
      run_to(*fast, at, commands, next[2],
             [&] { return random() % 3 ? 1 + random() % 5000 : ~std::uint64_t{0}; });
      ASSERT_EQ(stepped->state_hash(), exact->state_hash()) << "stepped / exact at " << at << "\n"
                                                            << difference(*stepped, *exact);
      ASSERT_EQ(stepped->state_hash(), fast->state_hash()) << "stepped / fast at " << at << "\n"
                                                           << difference(*stepped, *fast);
      ASSERT_EQ(stepped->events().total(), fast->events().total()) << difference(*stepped, *fast);
    }
    ASSERT_EQ("", difference(*stepped, *exact));
    ASSERT_EQ("", difference(*stepped, *fast));
    reached += stepped->instructions();
    if (!stepped->deliveries().empty()) deliveries += stepped->deliveries().back().number;
  }
  RecordProperty("instructions", std::to_string(reached));
  // The guests do get somewhere, and are interrupted and faulted often.
  EXPECT_GT(reached, seeds() * kInstructions / 2);
  EXPECT_GT(deliveries, seeds() * 300u);
}

// A walk through a guest's time, forward in pieces and back to checkpoints, finds at each count what the
// straight way found there.
TEST(Law, GoingBackToACheckpointChangesNothingThatFollows) {
  constexpr std::uint64_t kGrid = 977;
  struct Kept {
    std::shared_ptr<const Checkpoint> checkpoint;
    std::size_t next_command;
  };
  std::uint64_t restored = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto commands = random_commands(seed, kInstructions);
    auto straight = machine(seed, Execution::exact), wandering = machine(seed, Execution::restless);
    ASSERT_TRUE(straight && wandering);
    std::mt19937_64 random(seed * 7919);
    std::vector<std::uint64_t> hashes;
    std::size_t next = 0;
    for (std::uint64_t at = kGrid; at < kInstructions && !straight->final_stop(); at += kGrid) {
      run_to(*straight, at, commands, next, [] { return ~std::uint64_t{0}; });
      if (straight->final_stop() || straight->instructions() < at) break;  // ended, or waits for ever
      hashes.push_back(straight->state_hash());
    }
    next = 0;
    std::vector<Kept> kept;
    std::size_t place = 0;  // of the next point of the grid
    for (unsigned moves = 0; moves < 120 && place < hashes.size(); ++moves) {
      if (random() % 3 == 0 || kept.empty()) {
        auto made = wandering->checkpoint();
        ASSERT_TRUE(made) << made.error().sentence;
        ASSERT_EQ((*made)->state_hash, wandering->state_hash())
            << "the checkpoint's own hash" << pages_that_differ((*made)->memory, wandering->memory());
        kept.push_back({*made, next});
      }
      if (random() % 3 == 0) {
        const Kept& to = kept[random() % kept.size()];
        wandering->restore(*to.checkpoint);
        next = to.next_command;
        ++restored;
        ASSERT_EQ(wandering->state_hash(), to.checkpoint->state_hash) << "right after going back";
        place = (wandering->instructions() + kGrid) / kGrid - 1;
        if (wandering->instructions() == (place + 1) * kGrid) ++place;
        if (place >= hashes.size()) break;
      }
      run_to(*wandering, (place + 1) * kGrid, commands, next,
             [&] { return random() % 4 ? 1 + random() % 700 : std::uint64_t{0}; });
      if (wandering->final_stop()) break;
      ASSERT_EQ(wandering->state_hash(), hashes[place]) << "at " << wandering->instructions();
      ++place;
    }
  }
  EXPECT_GT(restored, seeds() * 5u);
}

// Forward, back, to and fro: whatever the way, the state at a count is that of the straight way.
TEST(Law, AnyWayThroughTimeFindsTheSameStates) {
  constexpr std::uint64_t kGrid = 977;
  std::uint64_t seeks = 0, steps_back = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto commands = random_commands(seed, kInstructions);
    auto straight = machine(seed, Execution::exact), made = machine(seed, Execution::restless);
    ASSERT_TRUE(straight && made);
    Timeline timeline(
        std::move(made),
        {.memory_limit = seed % 3 ? std::size_t{64} << 20 : std::size_t{3} << 20, .interval = 20'000});
    Machine& wandering = timeline.machine();
    // The first way makes the history; commands come to both at the same counts.
    std::vector<std::uint64_t> hashes;
    std::size_t next = 0, live_next = 0;
    for (std::uint64_t at = kGrid; at < kInstructions && !straight->final_stop(); at += kGrid) {
      run_to(*straight, at, commands, next, [] { return ~std::uint64_t{0}; });
      if (straight->final_stop() || straight->instructions() < at) break;
      hashes.push_back(straight->state_hash());
      while (wandering.instructions() < at && !wandering.final_stop()) {
        while (live_next < commands.size() && commands[live_next].instructions <= wandering.instructions())
          (void)timeline.apply(commands[live_next++].command);
        std::uint64_t to = at;
        if (live_next < commands.size()) to = std::min(to, commands[live_next].instructions);
        if (to > wandering.instructions())
          timeline.run({.instructions = to - wandering.instructions(), .ignore_breakpoints = true});
      }
      ASSERT_EQ(wandering.state_hash(), hashes.back()) << "live, at " << at;
    }
    if (hashes.size() < 4) continue;
    std::mt19937_64 random(seed * 104729);
    for (unsigned moves = 0; moves < 60; ++moves) {
      const std::size_t place = random() % hashes.size();
      const std::uint64_t at = (place + 1) * kGrid;
      switch (random() % 4) {
        case 0: {  // beyond, and back by steps
          const std::uint64_t more = random() % 20;
          timeline.seek(at + more);
          for (std::uint64_t i = 0; i < 40 && wandering.instructions() > at; ++i, ++steps_back)
            timeline.step_back();
          if (wandering.instructions() != at) continue;  // an injected exception took a count of its own
          break;
        }
        case 1:  // before, and on by running or steps
          timeline.seek(at - std::min<std::uint64_t>(at, random() % 700));
          while (wandering.instructions() < at && timeline.in_past())
            if (random() % 8)
              timeline.run({.instructions = 1 + random() % (at - wandering.instructions()),
                            .ignore_breakpoints = true});
            else
              timeline.step();
          break;
        default: timeline.seek(at);
      }
      ++seeks;
      ASSERT_EQ(wandering.instructions(), at);
      // Where commands came at just this count, the straight way has applied them and this one not yet.
      const bool ambiguous = std::ranges::any_of(
          commands, [&](const TimedCommand& c) { return c.instructions + 1 >= at && c.instructions <= at; });
      if (ambiguous) continue;
      ASSERT_EQ(wandering.state_hash(), hashes[place])
          << "at " << at << "\n"
          << timeline.checkpoints().size() << " checkpoints, " << timeline.memory_used() << " bytes";
    }
  }
  EXPECT_GT(seeks, seeds() * 20u);
  EXPECT_GT(steps_back, seeds() * 20u);
}

}  // namespace
}  // namespace ringside
