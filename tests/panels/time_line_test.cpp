// SPDX-License-Identifier: GPL-2.0-or-later
// The strip at the bottom: what it shows of the machine's time, and what the mouse does on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gui/app/shell.h"
#include "tests/panels/bench.h"

namespace ringside {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

template <class T>
std::vector<T> all(const Commands& commands) {
  std::vector<T> found;
  for (const UiCommand& c : commands)
    if (const T* one = std::get_if<T>(&c)) found.push_back(*one);
  return found;
}

TimelineMark mark(EventKind kind, std::uint64_t instructions, std::uint8_t which = 0,
                  std::uint32_t value = 0) {
  TimelineMark m;
  m.kind = kind;
  m.instructions = instructions;
  m.time = instructions;
  m.which = which;
  m.value = value;
  return m;
}

// A million instructions: a page fault in the middle, interrupts all over, a word on the serial port.
class TimeLine : public testing::Test {
 protected:
  TimeLine() {
    HistoryView& h = bench.view.history;
    h.kept = true;
    h.now = h.end = {1'000'000'000, 1'000'000, 0};
    h.branches = {{.id = 0, .parent = {}, .start = {}, .end = h.end, .commands = 0, .begins_with = ""}};
    h.checkpoints = {0, 250'000, 500'000, 750'000};
    h.memory_used = std::size_t{41} << 20;
    h.memory_limit = std::size_t{256} << 20;
    add(mark(EventKind::exception, 500'000, 14, 2));
    for (std::uint64_t n = 1000; n < 1'000'000; n += 1000) add(mark(EventKind::interrupt, n, 32));
    for (std::uint64_t i = 0; i < 5; ++i)
      add(mark(EventKind::serial_byte, 700'000 + 10 * i, 0, static_cast<std::uint32_t>("hello"[i])));
    bench.view.instructions = 1'000'000;
  }

  void add(const TimelineMark& m) {
    bench.view.history.marks[static_cast<std::size_t>(lane_of(m.kind))].push_back(m);
  }
  void stand_at(std::uint64_t instructions) {
    bench.view.instructions = bench.view.history.now.instructions = instructions;
    bench.view.history.now.time = instructions;
    bench.view.history.in_past = instructions < bench.view.history.end.instructions;
  }

  // Where the strip has this count while all of it is in sight; the axis is its lowest line.
  static ImVec2 axis_at(std::uint64_t instructions, std::uint64_t whole = 1'000'000) {
    return {96 + (1280 - 192) * static_cast<float>(instructions) / static_cast<float>(whole), 795};
  }
  static ImVec2 fault_lane_at(std::uint64_t instructions) { return {axis_at(instructions).x, 754}; }

  void move(ImVec2 to) {
    ImGui::GetIO().MousePos = to;
    bench.draw(shell);
  }
  void press(int button = 0) {
    ImGui::GetIO().MouseDown[button] = true;
    bench.draw(shell);
  }
  void release(int button = 0) {
    ImGui::GetIO().MouseDown[button] = false;
    bench.draw(shell);
  }
  void click(ImVec2 to) {
    move(to);
    press();
    release();
  }

  Bench bench{1280, 800};
  Shell shell{Settings{}};
};

TEST_F(TimeLine, shows_lanes_the_ends_of_the_axis_and_what_the_history_takes) {
  const std::string drawn = bench.draw(shell);
  EXPECT_EQ(golden_difference("time_line", drawn.substr(drawn.find("1,000,000 instructions"))), "");
}

TEST_F(TimeLine, goes_to_the_place_of_a_click) {
  click(axis_at(250'000));
  const auto seeks = all<DoSeek>(bench.commands);
  ASSERT_EQ(seeks.size(), 1u);
  EXPECT_NEAR(static_cast<double>(seeks[0].instructions), 250'000, 1'000);
}

TEST_F(TimeLine, goes_along_with_a_drag) {
  move(axis_at(800'000));
  press();
  for (const std::uint64_t n : {700'000u, 600'000u, 300'000u}) move(axis_at(n));
  const auto seeks = all<DoSeek>(bench.commands);
  ASSERT_EQ(seeks.size(), 4u) << "one for each place, none while the mouse stands";
  EXPECT_NEAR(static_cast<double>(seeks[3].instructions), 300'000, 1'000);
  release();
  move(axis_at(500'000));
  EXPECT_EQ(all<DoSeek>(bench.commands).size(), 4u) << "it ends with the button";
}

TEST_F(TimeLine, goes_behind_the_mark_that_is_clicked_and_shows_its_anatomy) {
  click(fault_lane_at(500'000));
  const auto events = all<DoSeekEvent>(bench.commands);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].instructions, 500'000u);
  EXPECT_TRUE(all<DoSeek>(bench.commands).empty());
  EXPECT_EQ(shell.settings().workspace, 2) << "the anatomy is in front";
}

TEST_F(TimeLine, tells_what_is_under_the_mouse) {
  move(fault_lane_at(500'000));
  EXPECT_THAT(bench.draw(shell), HasSubstr("#PF Page Fault, error code 0x2"));
  ImVec2 interrupts = fault_lane_at(300'000);
  interrupts.y += 12;
  move(interrupts);
  const std::string drawn = bench.draw(shell);
  EXPECT_THAT(drawn, HasSubstr("interrupt, vector 32"));
  EXPECT_THAT(drawn, HasSubstr("more here")) << "several lie within a few pixels";
  move(axis_at(250'000));
  EXPECT_THAT(bench.draw(shell), HasSubstr("Click or drag to go there"));
}

TEST_F(TimeLine, zooms_around_the_mouse_and_back_by_a_double_click) {
  move(axis_at(700'000));
  for (int i = 0; i < 60; ++i) {
    ImGui::GetIO().MouseWheel = 1;
    bench.draw(shell);
  }
  const TimeLineState& line = bench.state.time_line;
  EXPECT_LT(line.to - line.from, 1'000);
  EXPECT_NEAR(line.from, 700'000, 1'000) << "half a pixel of the whole";
  for (int i = 0; i < 2; ++i) {
    ImGui::GetIO().MouseDown[0] = true;
    bench.draw(shell);
    ImGui::GetIO().MouseDown[0] = false;
    bench.draw(shell);
  }
  EXPECT_EQ(line.to, 0) << "all of it is in sight";
}

TEST_F(TimeLine, keeps_the_machine_in_sight_as_it_moves_on_while_a_part_is_shown) {
  bench.state.time_line.from = 100'000;
  bench.state.time_line.to = 200'000;
  stand_at(150'000);
  bench.draw(shell);
  EXPECT_EQ(bench.state.time_line.from, 100'000);
  stand_at(900'000);
  bench.draw(shell);
  EXPECT_LE(bench.state.time_line.from, 900'000);
  EXPECT_GE(bench.state.time_line.to, 900'000);
}

TEST_F(TimeLine, says_where_in_the_past_the_machine_stands_and_leads_back_to_the_end) {
  stand_at(250'000);
  const std::string drawn = bench.draw(shell);
  EXPECT_EQ(golden_difference("time_line_past", drawn.substr(drawn.rfind("in the past"))), "");
  EXPECT_NE(drawn.find("in the past"), drawn.rfind("in the past")) << "the toolbar says it too";
  ASSERT_TRUE(bench.click(shell, "now"));
  ASSERT_EQ(all<DoSeek>(bench.commands).size(), 1u);
  EXPECT_EQ(all<DoSeek>(bench.commands)[0].instructions, 1'000'000u);
}

TEST_F(TimeLine, switches_to_the_branch_whose_line_is_clicked) {
  HistoryView& h = bench.view.history;
  h.branches.push_back({.id = 1,
                        .parent = 0,
                        .start = {400'000, 400'000, 0},
                        .end = {600'000, 600'000, 1},
                        .commands = 1,
                        .begins_with = "key A down"});
  // The first other branch lies right below the axis.
  ImVec2 line = axis_at(500'000);
  line.y = 793;
  move(line);
  EXPECT_THAT(bench.draw(shell), HasSubstr("branch 1: left branch 0 after 400,000, to 600,000"));
  press();
  release();
  ASSERT_EQ(all<DoSwitchBranch>(bench.commands).size(), 1u);
  EXPECT_EQ(all<DoSwitchBranch>(bench.commands)[0].id, 1u);
  EXPECT_TRUE(all<DoSeek>(bench.commands).empty());
}

TEST_F(TimeLine, forgets_a_branch_from_the_menu) {
  bench.view.history.branches.push_back(
      {.id = 3, .parent = 0, .start = {}, .end = {}, .commands = 0, .begins_with = ""});
  ASSERT_TRUE(bench.click(shell, "branch 0"));
  ASSERT_TRUE(bench.click(shell, "Forget branch 3"));
  ASSERT_EQ(all<DoDropBranch>(bench.commands).size(), 1u);
  EXPECT_EQ(all<DoDropBranch>(bench.commands)[0].id, 3u);
}

TEST_F(TimeLine, goes_from_mark_to_mark_and_past_the_bytes_of_output) {
  stand_at(500'001);  // behind the fault
  bench.commands = {GoToMark{false}};
  bench.draw(shell);
  ASSERT_EQ(all<DoSeekEvent>(bench.commands).size(), 1u);
  EXPECT_EQ(all<DoSeekEvent>(bench.commands)[0].instructions, 499'000u) << "not the one it stands behind";
  stand_at(700'015);
  bench.commands = {GoToMark{true}};
  bench.draw(shell);
  EXPECT_EQ(all<DoSeekEvent>(bench.commands)[0].instructions, 701'000u);
}

TEST_F(TimeLine, says_what_takes_its_time_and_how_far_it_is) {
  bench.state.work = {"Looking for who wrote it", 0.43};
  EXPECT_THAT(bench.draw(shell),
              AllOf(HasSubstr("Looking for who wrote it"), HasSubstr("43 %  \u00b7  Esc gives it up")));
}

TEST_F(TimeLine, tells_of_trouble_with_the_history) {
  bench.view.history.trouble = "Going back takes longer now.";
  EXPECT_THAT(bench.draw(shell), HasSubstr("Going back takes longer now."));
}

TEST_F(TimeLine, explains_itself_and_the_keys) {
  bench.commands = {ShowHelp{"time line"}};
  EXPECT_THAT(bench.draw(shell), AllOf(HasSubstr("Shift+F11"), HasSubstr("begins a new branch")));
}

TEST_F(TimeLine, does_nothing_where_no_history_is_kept) {
  bench.view.history.kept = false;
  click(axis_at(250'000));
  EXPECT_TRUE(bench.commands.empty());
  EXPECT_THAT(bench.draw(shell), HasSubstr("no history"));
}

TEST_F(TimeLine, offers_every_way_back_and_says_why_there_is_none_at_the_start) {
  ASSERT_TRUE(bench.click(shell, "\u2912"));
  ASSERT_TRUE(bench.click(shell, "\u25C0"));
  const auto backs = all<DoBack>(bench.commands);
  ASSERT_EQ(backs.size(), 2u);
  EXPECT_EQ(backs[0].how, DoBack::How::step);
  EXPECT_EQ(backs[1].how, DoBack::How::run);
  stand_at(0);
  bench.commands.clear();
  ASSERT_TRUE(bench.click(shell, "\u2912"));
  EXPECT_TRUE(bench.commands.empty());
  EXPECT_THAT(bench.hover(shell, "\u2912"), HasSubstr("This is the start of the history"));
}

TEST(MarkList, keeps_a_copy_as_it_was_while_the_original_grows) {
  MarkList list;
  for (std::uint64_t n = 0; n < 3000; ++n) list.push_back(mark(EventKind::interrupt, 2 * n));
  const MarkList copy = list;
  list.push_back(mark(EventKind::interrupt, 10'000));
  EXPECT_EQ(copy.size(), 3000u);
  EXPECT_EQ(copy.back().instructions, 5998u);
  EXPECT_EQ(list.back().instructions, 10'000u);
  EXPECT_EQ(copy.first_from(2049), 1025u);
  EXPECT_EQ(copy.first_from(6000), 3000u);
}

}  // namespace
}  // namespace ringside
