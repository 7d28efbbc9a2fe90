// SPDX-License-Identifier: GPL-2.0-or-later
// "Who wrote this?" from wherever a value stands, its answer, the list of breakpoints, and the box that takes
// commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gui/app/shell.h"
#include "gui/panels/panels.h"
#include "tests/panels/bench.h"
#include "tests/panels/views.h"

namespace ringside {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class T>
const T* last(const Commands& commands) {
  return commands.empty() ? nullptr : std::get_if<T>(&commands.back());
}

TEST(Questions, are_asked_about_a_register) {
  Bench bench(640, 480);
  ASSERT_TRUE(bench.click(registers_panel, "0000'0000'0000'002a", 1));
  ASSERT_TRUE(bench.click(registers_panel, "Who wrote RAX?"));
  ASSERT_TRUE(last<DoAsk>(bench.commands));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "rax");
  EXPECT_FALSE(last<DoAsk>(bench.commands)->reads);
}

TEST(Questions, are_asked_about_a_control_register_and_about_what_it_points_to) {
  Bench bench(640, 480);
  ASSERT_TRUE(bench.click(registers_panel, "0000'0000'0012'7000", 1));
  ASSERT_TRUE(bench.click(registers_panel, "Who wrote CR3?"));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "cr3");
  ASSERT_TRUE(bench.click(registers_panel, "0000'0000'0012'7000", 1));
  ASSERT_TRUE(bench.click(registers_panel, "Who wrote what lies there?"));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "phys 0x127000 8");
}

TEST(Questions, are_asked_about_the_byte_under_the_mouse) {
  Bench bench(760, 300);
  bench.view.memory.address = 0xB8000;
  for (int i = 0; i < 32; ++i) bench.view.memory.bytes.push_back(static_cast<std::uint16_t>(0x40 + i));
  ASSERT_TRUE(bench.click(memory_panel, "5b", 1));  // the byte at 0xB801B
  ASSERT_TRUE(bench.click(memory_panel, "Who wrote the byte at 0xb801b?"));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "0xb801b 1");
}

TEST(Questions, are_asked_about_a_row_by_what_it_was_read_from) {
  Bench bench(640, 300);
  bench.view.tables = {{.name = "stack",
                        .title = "Stack",
                        .note = "",
                        .columns = {{"Address", true}, {"Value", true}, {"What"}},
                        .rows = {{"0x5000",
                                  {{"0x5000", Link::linear, 0x5000}, {"0x1234"}, {"top of the stack"}},
                                  {RowSource::Kind::linear, 0x5000, 8}}}}};
  ASSERT_TRUE(bench.click(stack_panel, "0x1234", 1));
  ASSERT_TRUE(bench.click(stack_panel, "Who reads it next?"));
  ASSERT_TRUE(last<DoAsk>(bench.commands));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "0x5000 8");
  EXPECT_TRUE(last<DoAsk>(bench.commands)->reads);
  ASSERT_TRUE(bench.click(stack_panel, "top of the stack", 1));
  ASSERT_TRUE(bench.click(stack_panel, "Watch it: stop when it is written"));
  ASSERT_TRUE(last<DoSay>(bench.commands));
  EXPECT_EQ(last<DoSay>(bench.commands)->words, "watch store 0x5000 8");
}

TEST(Questions, are_asked_about_an_entry_of_the_page_tables) {
  Bench bench(760, 320);
  bench.view.walk = mapped_walk();
  ASSERT_TRUE(bench.click(walk_panel, "0x0010'3000", 1) || bench.click(walk_panel, "0x00103000", 1));
  ASSERT_TRUE(bench.click(walk_panel, "Who wrote PT[259]?"));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "phys 0x12f818 8");
}

TEST(Questions, are_asked_about_a_cell_of_the_screen) {
  Bench bench(700, 440);
  bench.view.screen.rows[2][5] = {'Q', 7, 0, false};
  ASSERT_TRUE(bench.click(screen_panel, "Q", 1));
  ASSERT_TRUE(bench.click(screen_panel, "Who wrote it?"));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "cell 2 5");
}

TEST(Questions, are_asked_about_a_port) {
  Bench bench(760, 300);
  bench.view.pic = pic_after_bios();
  ASSERT_TRUE(bench.click(pic_panel, "0x21", 1));
  ASSERT_TRUE(bench.click(pic_panel, "Who wrote port 0x21?"));
  EXPECT_EQ(last<DoAsk>(bench.commands)->subject, "port 0x21");
}

std::shared_ptr<const WhoAnswer> an_answer(std::uint64_t number, bool read = false) {
  auto answer = std::make_shared<WhoAnswer>();
  answer->number = number;
  answer->subject = {.kind = Subject::Kind::memory, .address = {0xB8000}, .length = 2, .name = "the cell"};
  Culprit& c = answer->culprit;
  c.found = true;
  c.read = read;
  c.instructions = 1000;
  c.source = "vga.cpp:41";
  c.source_line = "cells[i] = cell;";
  c.before = "0x0720";
  c.after = "0x0741";
  c.sentence = {
      {"The cell: written by mov at "}, {"writer::put", Link::source, 0x1234}, {": 0x0720 became 0x0741."}};
  return answer;
}

TEST(Answers, stand_first_while_they_are_news_with_what_can_be_done) {
  Bench bench(420, 240);
  bench.view.history.end = {0, 5000, 0};
  bench.view.stop = Stop{.kind = StopKind::step};
  bench.view.happened.headline = {{"A step was made."}};
  bench.view.who = an_answer(1);
  EXPECT_EQ(golden_difference("answer", bench.draw(happened_panel)), "");
  ASSERT_TRUE(bench.click(happened_panel, "Go there"));
  ASSERT_TRUE(last<DoSeek>(bench.commands));
  EXPECT_EQ(last<DoSeek>(bench.commands)->instructions, 1000u);
  ASSERT_TRUE(bench.click(happened_panel, "Further back"));
  EXPECT_TRUE(last<DoAskFurther>(bench.commands));
  ASSERT_TRUE(bench.click(happened_panel, "Watch"));
  ASSERT_TRUE(last<DoWatch>(bench.commands));
  EXPECT_EQ(last<DoWatch>(bench.commands)->subject.address.value, 0xB8000u);
  bench.view.stop_number = 2;
  const std::string later = bench.draw(happened_panel);
  EXPECT_LT(later.find("A step was made."), later.find("The cell")) << "the stop is news now";
}

TEST(Answers, run_on_to_a_reader_that_is_yet_to_come) {
  Bench bench(420, 240);
  bench.view.history.end = {0, 500, 0};
  bench.view.who = an_answer(1, true);
  ASSERT_TRUE(bench.click(happened_panel, "Run there"));
  ASSERT_TRUE(last<DoSay>(bench.commands));
  EXPECT_EQ(last<DoSay>(bench.commands)->words, "run-to @1000");
}

TEST(Answers, come_to_the_front_where_the_sentence_shares_its_tile) {
  Bench bench(1280, 800, 1.5f);
  Shell shell{Settings{}};
  bench.draw(shell);
  ASSERT_TRUE(bench.click(shell, "Events"));
  EXPECT_THAT(bench.draw(shell), Not(HasSubstr("0x0741")));
  bench.view.who = an_answer(1);
  EXPECT_THAT(bench.draw(shell), HasSubstr("The cell: written"));
}

class BreakpointsPanel : public testing::Test {
 protected:
  BreakpointsPanel() {
    Breakpoint watch{.address = {0xB8000},
                     .kind = BreakKind::store,
                     .length = 2,
                     .physical = true,
                     .event = {},
                     .condition = {}};
    bench.view.breakpoints = {{VirtAddr{0x1000}}, watch};
    bench.view.breakpoints[0].enabled = false;
    bench.view.breakpoint_texts = {{"execute", "kernel_main", ""},
                                   {"store", "2 bytes at physical 0xb8000", "rax == 5"}};
  }
  void type(std::string_view words) {
    for (const char c : words) ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(c));
    bench.draw(breakpoints_panel);
  }
  Bench bench{760, 240};
};

TEST_F(BreakpointsPanel, lists_kind_place_and_condition) {
  EXPECT_EQ(golden_difference("breakpoints", bench.draw(breakpoints_panel)), "");
}

TEST_F(BreakpointsPanel, enables_and_removes) {
  ASSERT_TRUE(bench.click(breakpoints_panel, "\u25CB"));
  ASSERT_TRUE(last<DoEnableBreakpoint>(bench.commands));
  EXPECT_EQ(last<DoEnableBreakpoint>(bench.commands)->index, 0u);
  EXPECT_TRUE(last<DoEnableBreakpoint>(bench.commands)->on);
  ASSERT_TRUE(bench.click(breakpoints_panel, "\u2715"));
  ASSERT_TRUE(last<DoRemoveBreakpoint>(bench.commands));
  EXPECT_EQ(last<DoRemoveBreakpoint>(bench.commands)->index, 0u);
}

TEST_F(BreakpointsPanel, adds_what_is_typed_and_keeps_what_was_wrong) {
  ASSERT_TRUE(bench.click(breakpoints_panel, "stop at"));
  ASSERT_TRUE(bench.click(breakpoints_panel, "change of"));
  ASSERT_TRUE(bench.click(breakpoints_panel, "0xb8000 2, SYMBOL"));
  type("0x5000 4");
  ASSERT_TRUE(bench.click(breakpoints_panel, "if rax == 5 && hits > 3"));
  type("rbx == 1");
  ASSERT_TRUE(bench.click(breakpoints_panel, "Add"));
  ASSERT_TRUE(last<DoSay>(bench.commands));
  EXPECT_EQ(last<DoSay>(bench.commands)->words, "watch change 0x5000 4 if rbx == 1");
  bench.view.said = std::make_shared<Said>(Said{1, "watch change 0x5000 4", "It is not mapped.", false});
  std::string drawn = bench.draw(breakpoints_panel);
  EXPECT_THAT(drawn, HasSubstr("It is not mapped."));
  EXPECT_THAT(drawn, HasSubstr("0x5000 4"));
  bench.view.said = std::make_shared<Said>(Said{2, "watch change 0x5000 4", "2  change", true});
  EXPECT_THAT(bench.draw(breakpoints_panel), Not(HasSubstr("0x5000 4")));
}

TEST(CommandBox, says_what_is_typed_and_shows_the_answer) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.commands = {ToggleCommandBox{}};
  bench.draw(shell);
  for (const char c : std::string_view("who-wrote rax"))
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(c));
  bench.draw(shell);
  ImGuiIO& io = ImGui::GetIO();
  io.KeyMap[ImGuiKey_Enter] = 13;
  io.KeysDown[13] = true;
  bench.draw(shell);
  io.KeysDown[13] = false;
  ASSERT_TRUE(last<DoSay>(bench.commands));
  EXPECT_EQ(last<DoSay>(bench.commands)->words, "who-wrote rax");
  bench.view.said = std::make_shared<Said>(Said{1, "who-wrote rax", "RAX: written by xor eax, eax.", true});
  EXPECT_THAT(bench.draw(shell), HasSubstr("RAX: written by xor eax, eax."));
  EXPECT_TRUE(shell.escape(bench.state));
  EXPECT_THAT(bench.draw(shell), Not(HasSubstr("RAX: written by")));
}

}  // namespace
}  // namespace ringside
