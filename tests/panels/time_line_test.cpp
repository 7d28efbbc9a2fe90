// SPDX-License-Identifier: GPL-2.0-or-later
// The strip at the bottom: what it shows of the machine's time, and what the mouse does on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gui/app/shell.h"
#include "tests/panels/bench.h"

namespace ringside {
namespace {

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

}  // namespace
}  // namespace ringside
