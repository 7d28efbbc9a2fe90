// SPDX-License-Identifier: GPL-2.0-or-later
// From a trace of switches to lanes: who had the processor when, and what is best looked at first.
#include "sim/inspect/thread_lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringside {
namespace {

constexpr Ticks kMs = 1'000'000;

struct Story {
  KernelThreads all;
  Story() {
    for (const auto& [id, name] :
         {std::pair<std::uint64_t, const char*>{1, "main"}, {2, "idle"}, {3, "worker"}}) {
      GuestThread thread;
      thread.id = id;
      thread.name = name;
      all.threads.push_back(thread);
    }
    all.idle = 2;
    all.current = 1;
  }
  void at(Ticks time, std::uint64_t from, std::uint64_t to, const char* reason = "preempted") {
    all.switches.push_back(
        {.number = all.switch_count++, .time = time, .from = from, .to = to, .reason = reason});
    all.current = to;
    all.now = time;
  }
  const ThreadLane& lane(std::uint64_t id) {
    lanes = thread_lanes(all);
    for (const ThreadLane& lane : lanes)
      if (lane.id == id) return lane;
    ADD_FAILURE() << "no lane of thread " << id;
    return lanes.front();
  }
  std::vector<ThreadLane> lanes;
};

TEST(ThreadLanes, give_each_thread_the_times_between_its_switches) {
  Story story;
  story.at(10, 1, 3);
  story.at(30, 3, 1);
  story.at(40, 1, 3);
  story.all.now = 55;
  const auto& worker = story.lane(3).runs;
  ASSERT_EQ(worker.size(), 2u);
  EXPECT_EQ(worker[0].from, 10u);
  EXPECT_EQ(worker[0].to, 30u);
  EXPECT_EQ(worker[0].ended_by, 1u);
  EXPECT_EQ(worker[1].from, 40u);
  EXPECT_EQ(worker[1].to, 55u) << "it still runs";
  EXPECT_EQ(worker[1].ended_by, LaneRun::kStillRuns);
  const auto& main = story.lane(1).runs;
  ASSERT_EQ(main.size(), 2u);
  EXPECT_EQ(main[0].from, 0u) << "from power-on: the trace is complete";
  EXPECT_EQ(main[1].from, 30u);
}

TEST(ThreadLanes, do_not_invent_what_ran_before_the_trace_begins) {
  Story story;
  story.at(10, 1, 3);
  story.at(30, 3, 1);
  story.all.switch_count = 1000;
  EXPECT_EQ(story.lane(1).runs.size(), 1u);
  EXPECT_EQ(story.lane(1).runs[0].from, 30u);
}

TEST(ThreadLanes, do_not_invent_what_ran_in_a_gap_of_the_trace) {
  Story story;
  story.at(10, 1, 3);
  story.at(30, 1, 2);  // a record in between is missing: 3 cannot have become 1
  const auto& worker = story.lane(3).runs;
  EXPECT_TRUE(worker.empty());
  EXPECT_EQ(story.lane(1).runs.size(), 1u);
}

TEST(ThreadLanes, keep_one_for_a_thread_that_has_ended_and_put_the_idle_one_last) {
  Story story;
  story.at(10, 1, 9);
  story.at(20, 9, 2, "finished");
  story.lane(9);
  ASSERT_EQ(story.lanes.size(), 4u);
  EXPECT_EQ(story.lanes[2].id, 9u);
  EXPECT_TRUE(story.lanes[2].ended);
  EXPECT_EQ(story.lanes[2].name, "thread 9 (ended)");
  EXPECT_EQ(story.lanes[3].id, 2u);
  EXPECT_TRUE(story.lanes[3].idle);
}

TEST(ThreadLanes, show_who_runs_where_nothing_was_recorded) {
  Story story;
  story.all.now = 77;
  const auto& main = story.lane(1).runs;
  ASSERT_EQ(main.size(), 1u);
  EXPECT_EQ(main[0].to, 77u);
}

TEST(RecentSpan, leaves_out_what_lies_a_long_pause_back) {
  Story story;
  for (Ticks i = 0; i < 6; ++i) story.at(i * kMs, 1 + i % 2 * 2, 3 - i % 2 * 2);
  const Ticks begin = 60'000 * kMs;
  for (Ticks i = 0; i < 20; ++i) story.at(begin + i * kMs, 1 + i % 2 * 2, 3 - i % 2 * 2);
  story.all.now = 200'000 * kMs;
  const auto [from, to] = recent_span(story.all);
  EXPECT_LE(from, begin);
  EXPECT_GE(from, begin - 5 * kMs);
  EXPECT_GE(to, begin + 19 * kMs);
  EXPECT_LE(to, begin + 30 * kMs) << "a minute of idling squeezes the switches into nothing";
}

TEST(RecentSpan, is_never_empty_or_beyond_now) {
  Story story;
  EXPECT_LT(recent_span(story.all).first, recent_span(story.all).second);
  story.at(5 * kMs, 1, 3);
  EXPECT_LT(recent_span(story.all).first, recent_span(story.all).second);
  EXPECT_LE(recent_span(story.all).second, story.all.now);
}

}  // namespace
}  // namespace ringside
