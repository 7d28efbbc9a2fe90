// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/timeline/recording.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include "sim/timeline/replay.h"
#include "tests/unit/support/recorded_guest.h"

namespace ringside::testing {
namespace {

using ::testing::HasSubstr;

constexpr HistoryConfig kDense{.interval = 100'000};

Recording recorded(HistoryConfig history = kDense) {
  Timeline timeline(machine_of(recorded_config()), history);
  live(timeline);
  return recording_of(timeline);
}

// --- replaying ---

TEST(Recording, ReplaysToTheBitInEachWayOfRunning) {
  const Recording recording = recorded();
  ASSERT_GT(recording.hashes.size(), 5u);
  for (const Execution execution : {Execution::fast, Execution::exact, Execution::restless}) {
    auto timeline = timeline_for(recording, {}, execution);
    const ReplayResult result = replay(*timeline, recording, {.all_states = true});
    EXPECT_TRUE(result.as_recorded()) << result.difference->sentence;
    EXPECT_EQ(result.agreed, recording.hashes.size() + 1);
    EXPECT_EQ(timeline->machine().state_hash(), recording.end.hash);
  }
}

TEST(Recording, IsTheSameOfARunWithHistoryAndOfOneWithout) {
  Recording with = recorded(), without = recorded({.keep = false});
  EXPECT_TRUE(without.hashes.empty());
  with.hashes.clear();
  EXPECT_EQ(text_of(with), text_of(without));
}

TEST(Recording, IsOfTheWholeBranchWhereverTheMachineStands) {
  Timeline timeline(machine_of(recorded_config()), kDense);
  live(timeline);
  const std::string at_the_end = text_of(recording_of(timeline));
  timeline.seek(700'000);
  EXPECT_EQ(text_of(recording_of(timeline)), at_the_end);
  EXPECT_EQ(timeline.machine().instructions(), 700'000u);
}

TEST(Recording, HoldsOneBranchAlone) {
  Timeline timeline(machine_of(recorded_config()), kDense);
  live(timeline);
  timeline.seek(1'500'000);
  ASSERT_TRUE(timeline.apply(SetMemory{{0x200000}, 1}).has_value());
  timeline.run({.instructions = 300'000});
  const Recording recording = recording_of(timeline);
  EXPECT_EQ(recording.commands.size(), 6u);
  EXPECT_EQ(recording.end.position.instructions, 1'800'000u);
  auto again = timeline_for(recording);
  EXPECT_TRUE(replay(*again, recording, {.all_states = true}).as_recorded());
}

TEST(Recording, AReplayCanBePausedAndGoneOnWith) {
  const Recording recording = recorded();
  auto timeline = timeline_for(recording);
  std::atomic<bool> pause{false};
  double last = 0;
  const ReplayResult paused = replay(*timeline, recording, {true, &pause, [&](double part) {
                                                              EXPECT_GE(part, last);
                                                              last = part;
                                                              pause = part > 0.4;
                                                            }});
  EXPECT_TRUE(paused.paused);
  EXPECT_FALSE(paused.as_recorded());
  EXPECT_LT(timeline->machine().instructions(), recording.end.position.instructions);
  EXPECT_TRUE(replay(*timeline, recording, {.all_states = true}).as_recorded());
}

TEST(Recording, AStateThatDiffersIsNamedWithItsCount) {
  Recording recording = recorded();
  HashMark& wrong = recording.hashes[4];
  wrong.hash ^= 1;
  const std::uint64_t agreed = recording.hashes[3].position.instructions;
  auto timeline = timeline_for(recording);
  const ReplayResult result = replay(*timeline, recording, {.all_states = true});
  ASSERT_TRUE(result.difference.has_value());
  EXPECT_EQ(result.difference->instructions, wrong.position.instructions);
  EXPECT_EQ(result.difference->last_agreement, agreed);
  EXPECT_EQ(result.agreed, 4u);
  EXPECT_EQ(timeline->machine().instructions(), wrong.position.instructions);
  EXPECT_THAT(result.difference->sentence, HasSubstr(fmt::format("{:016x}", wrong.hash)));
  // Only the end is looked at otherwise, and that agrees.
  EXPECT_TRUE(replay(*timeline_for(recording), recording).as_recorded());
}

TEST(Recording, ALostKeyIsNoticed) {
  Recording recording = recorded();
  recording.commands.erase(recording.commands.begin());
  for (HashMark& mark : recording.hashes)
    if (mark.position.commands > 0) --mark.position.commands;
  --recording.end.position.commands;
  const ReplayResult result = replay(*timeline_for(recording), recording, {.all_states = true});
  ASSERT_TRUE(result.difference.has_value());
  EXPECT_LT(result.difference->last_agreement, 1001u);
}

TEST(Recording, AnotherStopIsNoticed) {
  Recording recording = recorded();
  recording.stop = RecordedStop{StopKind::triple_fault, 0};
  const ReplayResult result = replay(*timeline_for(recording), recording);
  ASSERT_TRUE(result.difference.has_value());
}

TEST(Recording, OfAMachineThatStoppedForGoodStopsAgain) {
  for (const std::vector<std::uint8_t>& code :
       std::vector<std::vector<std::uint8_t>>{{0xFA, 0xF4},            // cli; hlt
                                              {0xB0, 33, 0xE6, 0xF4},  // mov al, 33; out 0xf4, al
                                              {0x0F, 0x0B}}) {         // ud2, without an IDT: a triple fault
    MachineConfig config = recorded_config();
    config.image.resize(32);
    for (const std::uint8_t byte : code) config.image.push_back(std::byte{byte});
    Timeline timeline(machine_of(config), {});
    const Stop stop = timeline.run({.instructions = 100});
    ASSERT_TRUE(stop.final());
    const Recording recording = recording_of(timeline);
    EXPECT_EQ(recording.stop, (RecordedStop{stop.kind, stop.value}));
    Timeline again(machine_of(config), {});
    again.preload(recording.commands, recording.end.position);
    const ReplayResult result = replay(again, recording);
    EXPECT_TRUE(result.as_recorded()) << result.difference->sentence;
    EXPECT_EQ(again.machine().final_stop()->kind, stop.kind);
  }
}

TEST(Recording, StatesAreBoundedInNumberAndReachFromStartToEnd) {
  const Recording recording = recorded({.interval = 5'000});
  EXPECT_LE(recording.hashes.size(), Timeline::kMostHashes);
  EXPECT_GT(recording.hashes.size(), Timeline::kMostHashes / 4);
  const std::uint64_t end = recording.end.position.instructions;
  std::uint64_t last = 0;
  for (const HashMark& mark : recording.hashes) {
    EXPECT_LT(mark.position.instructions - last, end / 20);
    last = mark.position.instructions;
  }
  EXPECT_GT(last, end - end / 20);
}

TEST(Recording, ARunWhoseCheckpointsHaveNoRoomGoesOnAndReplaysAllTheSame) {
  Timeline timeline(machine_of(recorded_config()), {.memory_limit = 1, .interval = 100'000});
  live(timeline);
  EXPECT_THAT(timeline.trouble(), HasSubstr("too little"));
  const Recording recording = recording_of(timeline);
  EXPECT_EQ(recording.end.hash, recorded().end.hash);
  EXPECT_TRUE(
      replay(*timeline_for(recording, {.memory_limit = 1}), recording, {.all_states = true}).as_recorded());
}

// --- a history that is still to be lived ---

TEST(Preloaded, IsAPastThatCanBeGoneToAndBackFrom) {
  Timeline lived(machine_of(recorded_config()), kDense);
  live(lived);
  const Recording recording = recording_of(lived);
  auto timeline = timeline_for(recording, kDense);
  EXPECT_TRUE(timeline->in_past());
  for (const std::uint64_t count : {2'500'000, 1'001, 1'000, 2'000'000, 501'000, 3'001'001, 0}) {
    lived.seek(count);
    timeline->seek(count);
    ASSERT_EQ(timeline->machine().instructions(), count);
    ASSERT_EQ(timeline->machine().state_hash(), lived.machine().state_hash()) << count;
  }
  EXPECT_GT(timeline->checkpoints().size(), 3u);
  const auto whens = [](const Timeline& t) {
    std::vector<std::pair<std::uint64_t, EventKind>> all;
    for (const TimelineMark& mark : t.marks()) all.push_back({mark.instructions, mark.kind});
    return all;
  };
  EXPECT_EQ(whens(*timeline), whens(lived));
}

TEST(Preloaded, RunsOnBeyondItsEnd) {
  const Recording recording = recorded();
  auto timeline = timeline_for(recording);
  timeline->run({.instructions = recording.end.position.instructions + 1000});
  EXPECT_FALSE(timeline->in_past());
  EXPECT_EQ(timeline->end().instructions, recording.end.position.instructions + 1000);
  EXPECT_TRUE(timeline->apply(RaiseNmi{}).has_value());
}

TEST(Preloaded, ChangingItBeginsABranchAndLeavesItToBeLived) {
  const Recording recording = recorded();
  auto timeline = timeline_for(recording, kDense);
  timeline->seek(600'000);
  ASSERT_TRUE(timeline->apply(SetMemory{{0x200000}, 1}).has_value());
  timeline->run({.instructions = 1'000'000});
  EXPECT_NE(timeline->branch(), 0u);
  EXPECT_EQ(timeline->machine().instructions(), 1'600'000u);
  ASSERT_TRUE(timeline->switch_to(0).has_value());
  EXPECT_EQ(timeline->machine().state_hash(), recording.end.hash);
}

TEST(Preloaded, AWayThatIsGivenUpEndsWhereItCameTo) {
  const Recording recording = recorded();
  auto timeline = timeline_for(recording);
  std::atomic<bool> enough{true};
  EXPECT_EQ(timeline->seek(recording.end.position, &enough).kind, StopKind::paused);
  EXPECT_LT(timeline->now(), recording.end.position);
  enough = false;
  EXPECT_EQ(timeline->seek(recording.end.position, &enough).kind, StopKind::step);
  EXPECT_EQ(timeline->machine().state_hash(), recording.end.hash);
}

TEST(Checkpoints, WithoutMemoryForThemNothingIsLostAndASentenceSaysSo) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer ends a program that is refused memory";
#endif
  Timeline timeline(machine_of(recorded_config()), {.interval = 50'000});
  timeline.run({.instructions = 200'000});
  const std::uint64_t early = timeline.machine().instructions(), early_hash = timeline.state_hash();

  // Nothing more from the system, and of what this process holds already all but 2 MiB is used up.
  rlimit old{};
  ::getrlimit(RLIMIT_AS, &old);
  const rlimit tight{0, old.rlim_max};
  ::setrlimit(RLIMIT_AS, &tight);
  struct Block {
    Block* next;
    std::byte bytes[4096];
  };
  Block* used = nullptr;
  while (auto* block = new (std::nothrow) Block{used, {}}) used = block;
  const auto release = [&](int blocks) {
    for (; used && blocks > 0; --blocks) delete std::exchange(used, used->next);
  };
  release(512);
  timeline.run({.instructions = 10'000'000});
  const std::uint64_t late = timeline.machine().instructions();
  timeline.seek(early);
  const std::uint64_t again = timeline.machine().state_hash();
  timeline.seek(late);
  ::setrlimit(RLIMIT_AS, &old);
  release(std::numeric_limits<int>::max());

  EXPECT_EQ(late, 10'200'000u);
  EXPECT_THAT(timeline.trouble(), ::testing::HasSubstr("no memory left"));
  EXPECT_EQ(again, early_hash);
  EXPECT_LT(timeline.memory_used(), std::size_t{256} << 20);
  Timeline plain(machine_of(recorded_config()), {.keep = false});
  plain.run({.instructions = late});
  EXPECT_EQ(timeline.machine().state_hash(), plain.machine().state_hash());
}

TEST(Preloaded, ACheapHashIsTheMachinesOwn) {
  auto timeline = timeline_for(recorded(), kDense);
  for (const std::uint64_t count : {0, 1'234'567, 77, 2'222'222}) {
    timeline->seek(count);
    EXPECT_EQ(timeline->state_hash(), timeline->machine().state_hash());
  }
}

TEST(RecordingConfig, IsMadeWithTheSameImageOnly) {
  const Recording recording = recorded();
  const auto config = config_of(recording, recorded_image());
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->command_line, "some words");
  EXPECT_EQ(config->memory_mib, 8u);
  auto other = recorded_image();
  other.back() ^= std::byte{1};
  const auto refused = config_of(recording, other);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().sentence, HasSubstr("another image"));
  EXPECT_FALSE(config_of(recording, recorded_image(), {{std::byte{1}}}).has_value());
}

TEST(Sha256, IsThatOfTheStandard) {
  // FIPS 180-4's example of one block.
  EXPECT_EQ(hex_text(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_from_hex(hex_text(sha256("abc"))), sha256("abc"));
  EXPECT_FALSE(sha256_from_hex(std::string(64, 'g')).has_value());
  EXPECT_FALSE(sha256_from_hex("ba").has_value());
}

}  // namespace
}  // namespace ringside::testing
