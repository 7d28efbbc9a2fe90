// SPDX-License-Identifier: GPL-2.0-or-later
// The whole frame: what stands where, what keys and buttons ask for, what comes to the front by itself.
#include "gui/app/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/panels/bench.h"
#include "tests/panels/memory_views.h"
#include "tests/panels/views.h"

namespace ringside {
namespace {

using testing::HasSubstr;
using testing::Not;

bool asks_for_table(const ViewRequest& request, std::string_view name) {
  return std::ranges::any_of(request.tables, [&](const TableRequest& t) { return t.name == name; });
}

TEST(Shell, shows_machine_ring_mode_and_the_interrupt_flag) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  const std::string drawn = bench.draw(shell);
  EXPECT_THAT(drawn, HasSubstr("kernel.elf"));
  EXPECT_THAT(drawn, HasSubstr("ring 0"));
  EXPECT_THAT(drawn, HasSubstr("long"));
  EXPECT_THAT(drawn, HasSubstr("IF 1"));
  EXPECT_THAT(drawn, HasSubstr("1,234,567 instructions"));
  EXPECT_THAT(drawn, HasSubstr("2.000000 s"));
}

TEST(Shell, runs_a_standing_machine_and_pauses_a_running_one) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  ASSERT_TRUE(bench.click(shell, "Run"));
  ASSERT_EQ(bench.commands.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<DoRun>(bench.commands[0]));
  bench.commands.clear();
  bench.view.state = RunState::running;
  ASSERT_TRUE(bench.click(shell, "Pause"));
  ASSERT_EQ(bench.commands.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<DoPause>(bench.commands[0]));
}

TEST(Shell, offers_no_step_while_the_machine_runs) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.view.state = RunState::running;
  ASSERT_TRUE(bench.click(shell, "\u2913"));
  EXPECT_TRUE(bench.commands.empty());
  bench.view.state = RunState::stopped;
  ASSERT_TRUE(bench.click(shell, "\u2913"));
  ASSERT_EQ(bench.commands.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<DoStep>(bench.commands[0]));
}

TEST(Shell, types_the_fault_that_is_chosen_from_the_menu) {
  Bench bench(1900, 800);  // the test's font is wide
  Shell shell{Settings{}};
  ASSERT_TRUE(bench.click(shell, "Cause a fault"));
  ASSERT_TRUE(bench.click(shell, "Divide error"));
  ASSERT_EQ(bench.commands.size(), 1u);
  const auto* typed = std::get_if<DoTypeText>(&bench.commands[0]);
  ASSERT_TRUE(typed);
  EXPECT_EQ(typed->text, "fault de<Enter>");
}

TEST(Shell, changes_the_right_column_with_the_workspace_and_asks_for_what_it_shows) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  EXPECT_THAT(bench.draw(shell), HasSubstr("Registers"));
  EXPECT_FALSE(shell.request(bench.state).walk);
  bench.commands.push_back(ShowWorkspace{3});
  EXPECT_THAT(bench.draw(shell), HasSubstr("Page map"));
  EXPECT_TRUE(shell.request(bench.state).walk);
  ASSERT_TRUE(bench.click(shell, "GDT and TSS"));
  EXPECT_TRUE(asks_for_table(shell.request(bench.state), "gdt"));
  EXPECT_FALSE(shell.request(bench.state).walk);
  EXPECT_EQ(shell.settings().tab[2], "gdt");
}

TEST(Shell, gives_registers_a_tile_of_their_own_in_a_wide_window) {
  Bench bench(1920, 1080);
  Shell shell{Settings{}};
  bench.commands.push_back(ShowWorkspace{2});
  const std::string drawn = bench.draw(shell);
  EXPECT_THAT(drawn, HasSubstr("RAX"));
  EXPECT_THAT(drawn, HasSubstr("Fault anatomy"));
}

TEST(Shell, brings_the_anatomy_to_the_front_when_a_stop_comes_with_a_new_exception) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.draw(shell);
  EXPECT_EQ(shell.settings().workspace, 1);
  bench.view.deliveries = {page_fault_record()};
  bench.view.delivery_texts.resize(1);
  bench.view.stop_number = 2;
  EXPECT_THAT(bench.draw(shell), HasSubstr("#PF"));
  EXPECT_EQ(shell.settings().workspace, 2);
  // Once: whoever goes elsewhere stays there at the next stop.
  bench.commands.push_back(ShowWorkspace{1});
  bench.view.stop_number = 3;
  bench.draw(shell);
  EXPECT_EQ(shell.settings().workspace, 1);
}

TEST(Shell, leads_a_link_to_the_panel_that_shows_it) {
  struct Case {
    Link link;
    std::uint64_t target;
    int workspace;
    const char* panel;
  };
  for (const Case& c : {Case{Link::vector, 14, 2, "idt"}, Case{Link::selector, 8, 3, "gdt"},
                        Case{Link::irq, 1, 2, "pic"}, Case{Link::port, 0x43, 2, "pit"},
                        Case{Link::port, 0x3F8, 2, "uart"}, Case{Link::linear, 0x5000, 1, "memory"}}) {
    Bench bench(1280, 800);
    Shell shell{Settings{}};
    bench.commands.push_back(ShowLink{c.link, c.target});
    bench.draw(shell);
    EXPECT_EQ(shell.settings().workspace, c.workspace) << c.panel;
    EXPECT_EQ(shell.settings().tab[static_cast<std::size_t>(c.workspace) - 1], c.panel);
  }
}

TEST(Shell, fills_the_window_with_a_panel_and_gives_it_back) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.commands.push_back(ToggleFullScreen{"pic"});
  std::string drawn = bench.draw(shell);
  EXPECT_THAT(drawn, HasSubstr("Master"));
  EXPECT_THAT(drawn, Not(HasSubstr("Run")));
  EXPECT_TRUE(shell.escape(bench.state));
  EXPECT_THAT(bench.draw(shell), HasSubstr("Run"));
  EXPECT_FALSE(shell.escape(bench.state)) << "nothing is left to close";
}

TEST(Shell, scrolls_help_that_is_higher_than_the_window) {
  Bench bench(640, 400, 2);
  Shell shell{Settings{}};
  bench.commands.push_back(ShowHelp{"pic"});
  const std::string top = bench.draw(shell);
  EXPECT_THAT(top, HasSubstr("8259A"));
  EXPECT_THAT(top, Not(HasSubstr("why a line waits")));
  ImGui::GetIO().MousePos = {320, 200};
  for (int i = 0; i < 20; ++i) {
    ImGui::GetIO().MouseWheel = -2;
    bench.draw(shell);
  }
  EXPECT_THAT(bench.draw(shell), HasSubstr("why a line waits"));
}

TEST(Shell, shows_the_screen_while_the_machine_runs_and_then_the_sentence_where_they_share_a_tile) {
  Bench bench(1280, 800, 2);
  Shell shell{Settings{}};
  bench.view.state = RunState::running;
  EXPECT_THAT(bench.draw(shell), Not(HasSubstr("The machine runs.\n")));
  bench.view.state = RunState::stopped;
  bench.view.happened.headline = {{"The user paused."}};
  EXPECT_THAT(bench.draw(shell), HasSubstr("The user paused."));
}

TEST(Shell, opens_the_help_of_a_panel_and_escape_closes_it_even_from_the_guest) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.commands.push_back(ShowHelp{"pic"});
  EXPECT_THAT(bench.draw(shell), HasSubstr("8259A"));
  bench.state.screen.focused = true;
  EXPECT_TRUE(shell.escape(bench.state));
  EXPECT_THAT(bench.draw(shell), Not(HasSubstr("8259A")));
  EXPECT_FALSE(shell.escape(bench.state)) << "Escape is the guest's again";
}

// A line and an instruction longer than any window is wide.
Listing long_listing() {
  const std::string words(400, 'x');
  Listing listing{.file = "trap.S", .function = words};
  listing.rows.push_back({.kind = ListingRow::Kind::label, .text = words});
  listing.rows.push_back({.kind = ListingRow::Kind::source, .text = words, .has_code = true});
  ListingRow row{.kind = ListingRow::Kind::instruction, .target_name = words};
  row.instruction.mnemonic = "mov";
  row.instruction.operands = words;
  row.instruction.decoded = true;
  listing.rows.push_back(row);
  return listing;
}

struct Window {
  float width, height, scale;
};
class ShellAt : public testing::TestWithParam<Window> {
 protected:
  const Window& at = GetParam();
  Bench bench{at.width, at.height, at.scale};
  Shell shell{Settings{}};
};

TEST_P(ShellAt, cuts_through_no_letter) {
  bench.view.deliveries = {page_fault_record()};
  bench.view.delivery_texts.resize(1);
  bench.view.walk = mapped_walk();
  bench.view.listing = long_listing();
  bench.view.heap = broken_heap();
  for (int workspace = 1; workspace <= kWorkspaces; ++workspace) {
    bench.commands.push_back(ShowWorkspace{workspace});
    bench.draw(shell);
    EXPECT_EQ(bench.cut(), "") << "workspace " << workspace;
  }
}

TEST_P(ShellAt, leaves_every_button_within_reach) {
  bench.draw(shell);
  const auto asked = [&](auto kind) {
    return std::ranges::any_of(bench.commands,
                               [&](const UiCommand& c) { return std::holds_alternative<decltype(kind)>(c); });
  };
  const std::string bar = bench.draw(shell);
  if (bar.find("\u21BA") == std::string::npos) {
    ASSERT_TRUE(bench.click(shell, "\u2261"));
  }
  ASSERT_TRUE(bench.click(shell, "\u21BA") || bench.click(shell, "Power on again"));
  EXPECT_TRUE(asked(DoReset{}));
  ASSERT_TRUE(bench.click(shell, "\u25B6"));
  EXPECT_TRUE(asked(DoRun{}));
}

TEST_P(ShellAt, shows_any_panel_that_is_asked_for) {
  for (const auto& [id, words] : {std::pair{"pic", "Master"},
                                  {"gdt", "Nothing to show"},
                                  {"code", "No code"},
                                  {"screen", ""},
                                  {"events", "filter"},
                                  {"memory", "RSP"}}) {
    bench.commands.push_back(ShowPanel{id});
    bench.draw(shell);
    EXPECT_THAT(bench.draw(shell), HasSubstr(words)) << id;
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, ShellAt,
                         testing::Values(Window{1280, 800, 1}, Window{1280, 800, 1.5f}, Window{1280, 800, 2},
                                         Window{1280, 800, 3}, Window{1920, 1080, 1},
                                         Window{1920, 1080, 1.5f}, Window{1920, 1080, 2},
                                         Window{1920, 1080, 3}, Window{3840, 2160, 3}, Window{640, 400, 1}));

}  // namespace
}  // namespace ringside
