// SPDX-License-Identifier: GPL-2.0-or-later
// The workspace "Threads": what its panels show of a story made by hand, and what they ask for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gui/app/shell.h"
#include "gui/panels/panels.h"
#include "tests/panels/bench.h"

namespace ringside {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr Ticks kMs = 1'000'000;

template <class T>
const T* last(const Commands& commands) {
  return commands.empty() ? nullptr : std::get_if<T>(&commands.back());
}

StackFrame call(std::string function, std::uint64_t pc, std::uint64_t cfa, std::string file, unsigned line) {
  StackFrame frame;
  frame.function = std::move(function);
  frame.pc = {pc};
  frame.cfa = {cfa};
  frame.source = SourcePlace{.file = std::move(file), .line = line};
  return frame;
}

// main sleeps, two workers share the processor in turn, a third one has ended.
KernelThreads story() {
  KernelThreads all;
  const auto add = [&](std::uint64_t id, const char* name, const char* state) -> GuestThread& {
    GuestThread t;
    t.id = id;
    t.address = 0xFFFF'A000'0000'0000 + 0x400 * id;
    t.name = name;
    t.state = state;
    t.priority = t.base_priority = 3;
    t.weight = 1;
    t.switches = 4 * id;
    t.stack = {.bottom = 0xFFFF'B000'0000'1000 + 0x40000 * id,
               .top = 0xFFFF'B000'0000'5000 + 0x40000 * id,
               .pointer = 0xFFFF'B000'0000'4E00 + 0x40000 * id,
               .high_water = 1040,
               .guarded = true};
    all.threads.push_back(t);
    return all.threads.back();
  };
  GuestThread& main = add(1, "main", "waiting");
  main.waits_for = "mutex disk, held by reader";
  main.since = 10 * kMs;
  const std::uint64_t rsp = *main.stack.pointer;
  main.calls = {call("kernel::switch_away", 0xFFFFFFFF80116C2F, rsp + 0x60, "/k/task/dispatcher.cpp", 48),
                call("kernel::Mutex::lock", 0xFFFFFFFF80116CF5, rsp + 0xA0, "/k/task/mutex.cpp", 31),
                call("kernel::write_disk", 0xFFFFFFFF80104C3B, rsp + 0x100, "/k/disk.cpp", 84)};
  main.stands = 2;
  add(2, "idle", "ready").priority = 0;
  add(3, "reader", "running").on_cpu = true;
  add(4, "writer", "ready").priority = 5;
  all.idle = 2;
  all.current = 3;
  all.policy = "round-robin";
  all.policy_summary = "everybody in turn, one tick each";
  all.ready = {{.name = "", .ids = {4}, .trouble = ""}};
  const auto at = [&](Ticks time, std::uint64_t from, std::uint64_t to, const char* reason,
                      const char* waits = "") {
    all.switches.push_back({all.switch_count++, time, time / (10 * kMs), from, to, reason, waits});
  };
  at(10 * kMs, 1, 5, "waits", "mutex");
  at(20 * kMs, 5, 3, "finished");
  for (Ticks n = 3; n < 10; ++n) at(n * 10 * kMs, n % 2 ? 3 : 4, n % 2 ? 4 : 3, "preempted");
  at(100 * kMs, 4, 3, "preempted");
  all.now = 105 * kMs;
  return all;
}

class ThreadPanels : public testing::Test {
 protected:
  ThreadPanels() {
    show(story());
    bench.view.history.kept = true;
    bench.view.history.end.time = bench.view.history.now.time = 105 * kMs;
  }
  void show(KernelThreads all) {
    auto view = std::make_shared<ThreadsView>();
    view->all = std::move(all);
    view->lanes = thread_lanes(view->all);
    view->recent = recent_span(view->all);
    bench.view.threads = view;
    bench.view.tables = {Table{.name = "threads",
                               .title = "Threads",
                               .note = "",
                               .columns = {{"Id", true}, {"Name"}, {"State"}},
                               .rows = {{"1", {{"1", Link::thread, 1}, {"main"}, {"waiting"}}}}}};
  }
  // Where the machine stands, in the past of what has been seen.
  void go_back_to(Ticks time) {
    KernelThreads all = story();
    std::erase_if(all.switches, [&](const GuestSwitch& s) { return s.time >= time; });
    all.switch_count = all.switches.size();
    all.now = time;
    show(std::move(all));
    bench.view.history.in_past = true;
    bench.view.history.now.time = time;
  }
  // The mouse, in the lanes, at a time of the story; row 0 is the first thread's.
  ImVec2 place(Ticks time, float row) {
    const auto [from, to] = recent_span(story());
    const float left = 8 + 112, right = left - 112 + 640 - 16 - 12;
    const float share = static_cast<float>(time - from) / static_cast<float>(to - from);
    return {left + (right - left) * share, lanes_top() + 18 + 36 * row + 18};
  }
  float lanes_top() { return 60; }
  Bench bench{640, 480};
};

TEST_F(ThreadPanels, ShowWhoRunsWhoIsNextAndEveryLane) {
  EXPECT_EQ(golden_difference("threads", bench.draw(threads_panel)), "");
}

TEST_F(ThreadPanels, PutTheReadyQueueBesideTheLanesWhereThereIsRoom) {
  Bench wide(1000, 480);
  wide.view.threads = bench.view.threads;
  const std::string drawn = wide.draw(threads_panel);
  EXPECT_THAT(drawn, HasSubstr("next to run"));
  EXPECT_THAT(drawn, Not(HasSubstr("next to run:")));
}

TEST_F(ThreadPanels, ShowAThreadsCallsAndItsStack) {
  bench.state.threads.chosen = 1;
  EXPECT_EQ(golden_difference("thread", bench.draw(thread_panel)), "");
}

TEST_F(ThreadPanels, LeadFromALaneToItsThread) {
  Shell shell{Settings{}};
  bench.commands.push_back(ShowPanel{"threads"});
  bench.draw(shell);
  EXPECT_EQ(shell.settings().workspace, 5);
  EXPECT_TRUE(shell.request(bench.state).threads);
  ASSERT_TRUE(bench.click(threads_panel, "writer"));
  const auto* link = last<ShowLink>(bench.commands);
  ASSERT_TRUE(link);
  EXPECT_EQ(link->link, Link::thread);
  EXPECT_EQ(link->target, 4u);
  EXPECT_THAT(bench.draw(shell), HasSubstr("priority 5, inherited: its own is 3"));
}

TEST_F(ThreadPanels, FollowTheProcessorUntilAThreadIsChosen) {
  EXPECT_THAT(bench.draw(thread_panel), HasSubstr("running"));
  ASSERT_TRUE(bench.click(thread_panel, "main"));
  EXPECT_EQ(bench.state.threads.chosen, 1u);
  EXPECT_THAT(bench.draw(thread_panel), HasSubstr("waits for mutex disk, held by reader"));
  ASSERT_TRUE(bench.click(thread_panel, "the one that runs"));
  EXPECT_EQ(bench.state.threads.chosen, 0u);
}

TEST_F(ThreadPanels, SayWhenTheChosenThreadIsGone) {
  bench.draw(threads_panel);
  bench.state.threads.chosen = 77;
  EXPECT_THAT(bench.draw(thread_panel), HasSubstr("thread 77 is not among"));
}

TEST_F(ThreadPanels, RememberTheNameOfAThreadThatHasEnded) {
  KernelThreads earlier = story();
  GuestThread starter;
  starter.id = 5;
  starter.name = "starter";
  earlier.threads.push_back(starter);
  show(std::move(earlier));
  bench.draw(threads_panel);
  show(story());
  EXPECT_THAT(bench.draw(threads_panel), HasSubstr("starter"));
  bench.view.history.branch = 1;
  EXPECT_THAT(bench.draw(threads_panel), Not(HasSubstr("starter"))) << "another branch, other threads";
}

TEST_F(ThreadPanels, SayWhyThereIsNothingToSee) {
  KernelThreads none;
  none.missing = "This kernel has no kernel::threads, so there are no threads to show.";
  show(none);
  for (const Panel* panel : {&threads_panel, &thread_panel})
    EXPECT_THAT(bench.draw(*panel), HasSubstr("no kernel::threads")) << panel->id;
}

TEST_F(ThreadPanels, SayWhatIsWrongWithTheList) {
  KernelThreads broken = story();
  broken.trouble = "kernel::threads: the list runs in a circle";
  broken.ready[0].trouble = "the list leads to 0x12";
  show(broken);
  EXPECT_THAT(bench.draw(threads_panel), AllOf(HasSubstr("\u25B2 kernel::threads: the list runs in a circle"),
                                               HasSubstr("\u25B2 the list leads to 0x12")));
}

TEST_F(ThreadPanels, MarkAStackPointerInTheGuardPage) {
  KernelThreads all = story();
  all.threads[0].stack.pointer = all.threads[0].stack.bottom - 8;
  show(all);
  bench.state.threads.chosen = 1;
  EXPECT_THAT(bench.draw(thread_panel), HasSubstr("\u25B2 RSP is in the guard page"));
}

TEST_F(ThreadPanels, NameTheThreadThatRunsAboveTheTimeLine) {
  Bench wide(1280, 800);
  Shell shell{Settings{}};
  EXPECT_THAT(wide.draw(shell), Not(HasSubstr("thread ")));
  wide.view.thread = "writer";
  EXPECT_THAT(wide.draw(shell), HasSubstr("thread writer"));
}

TEST_F(ThreadPanels, GoWhereAClickInTheLanesPoints) {
  bench.draw(threads_panel);
  const auto click_at = [&](ImVec2 mouse) {
    ImGuiIO& io = ImGui::GetIO();
    io.MousePos = mouse;
    bench.draw(threads_panel);
    io.MouseDown[0] = true;
    bench.draw(threads_panel);
    io.MouseDown[0] = false;
    bench.draw(threads_panel);
  };
  click_at(place(60 * kMs, 1));
  ASSERT_TRUE(last<DoSeekTime>(bench.commands));
  EXPECT_EQ(last<DoSeekTime>(bench.commands)->time, 60 * kMs) << "on a switch: exactly there";
  click_at(place(65 * kMs, 1));
  const Ticks there = last<DoSeekTime>(bench.commands)->time;
  EXPECT_GT(there, 64 * kMs);
  EXPECT_LT(there, 66 * kMs);
}

TEST_F(ThreadPanels, ZoomByTheWheelAndComeBackByAButton) {
  bench.draw(threads_panel);
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = place(60 * kMs, 1);
  bench.draw(threads_panel);
  for (int i = 0; i < 12; ++i) {
    io.MouseWheel = 1;
    bench.draw(threads_panel);
  }
  io.MouseWheel = 0;
  const ThreadState& state = bench.state.threads;
  EXPECT_GT(state.to, 0);
  EXPECT_LT(state.to - state.from, 20.0 * kMs);
  EXPECT_LT(state.from, 60.0 * kMs);
  EXPECT_GT(state.to, 60.0 * kMs) << "around the mouse";
  ASSERT_TRUE(bench.click(threads_panel, "recent"));
  EXPECT_EQ(state.to, 0);
}

TEST_F(ThreadPanels, StillShowWhatIsYetToComeOfAPast) {
  bench.draw(threads_panel);
  go_back_to(25 * kMs);
  const std::string drawn = bench.draw(threads_panel);
  EXPECT_THAT(drawn, HasSubstr("100 ms")) << "the window of time stays";
  ImGui::GetIO().MousePos = place(75 * kMs, 2);
  const std::string hovered = bench.draw(threads_panel);
  EXPECT_THAT(hovered, HasSubstr("writer runs"));
}

TEST_F(ThreadPanels, ForgetThemAllAtPowerOn) {
  bench.draw(threads_panel);
  ASSERT_TRUE(bench.state.threads.newest);
  KernelThreads again = story();
  again.now = 1 * kMs;
  again.switches.clear();
  again.switch_count = 0;
  show(again);
  bench.draw(threads_panel);
  EXPECT_EQ(bench.state.threads.newest->all.now, 1 * kMs);
}

TEST_F(ThreadPanels, FitAnyWidthAndAnySizeOfLetters) {
  for (const float scale : {1.0f, 2.0f, 3.0f})
    for (const float width : {300.0f, 520.0f, 900.0f}) {
      Bench small(width, 500, scale);
      small.view.threads = bench.view.threads;
      small.view.tables = bench.view.tables;
      small.state.threads.chosen = 1;
      for (const Panel* panel : {&threads_panel, &thread_panel}) {
        small.draw(*panel);
        EXPECT_EQ(small.cut(), "") << panel->id << " at " << width << ", letters x" << scale;
      }
    }
}

}  // namespace
}  // namespace ringside
