// SPDX-License-Identifier: GPL-2.0-or-later
// Each panel drawn from a fixed view, compared with its golden text, and what each does when it is used.
#include "gui/panels/panels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

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

void write_on_screen(MachineView& view, unsigned row, std::string_view words, std::uint8_t colour = 7) {
  for (std::size_t i = 0; i < words.size(); ++i)
    view.screen.rows[row][i] = {static_cast<std::uint8_t>(words[i]), colour, 0, false};
}

TEST(Panels, all_have_an_id_of_their_own_a_title_and_help) {
  std::set<std::string> ids;
  for (const Panel* panel : all_panels()) {
    EXPECT_TRUE(ids.insert(panel->id).second) << panel->id;
    EXPECT_GT(std::string_view(panel->title).size(), 2u) << panel->id;
    EXPECT_GT(std::string_view(panel->help).size(), 80u) << panel->id;
    EXPECT_EQ(find_panel(panel->id), panel);
  }
  EXPECT_EQ(find_panel("nonsense"), nullptr);
}

TEST(Panels, draw_a_view_that_holds_nothing_at_any_size) {
  for (const float width : {1280.0f, 300.0f, 40.0f}) {
    Bench bench(width, width * 0.6f);
    bench.view.tables.clear();
    for (const Panel* panel : all_panels()) bench.draw(*panel);
    EXPECT_TRUE(bench.commands.empty());
  }
}

TEST(ScreenPanel, shows_the_cells_of_the_guest) {
  Bench bench(700, 440);
  write_on_screen(bench.view, 0, "ringside> help");
  write_on_screen(bench.view, 24, "the last line");
  const std::string drawn = bench.draw(screen_panel);
  EXPECT_THAT(drawn, HasSubstr("ringside> help"));
  EXPECT_THAT(drawn, HasSubstr("the last line"));
}

TEST(ScreenPanel, shows_nothing_where_the_display_is_off) {
  Bench bench(700, 440);
  write_on_screen(bench.view, 0, "hidden");
  bench.view.screen.display_on = false;
  EXPECT_THAT(bench.draw(screen_panel), Not(HasSubstr("hidden")));
}

TEST(ScreenPanel, hides_blinking_cells_in_the_dark_half) {
  Bench bench(700, 440);
  write_on_screen(bench.view, 3, "steady");
  bench.view.screen.rows[5][0] = {'B', 7, 0, true};
  bench.state.screen.blink_on = false;
  const std::string drawn = bench.draw(screen_panel);
  EXPECT_THAT(drawn, HasSubstr("steady"));
  EXPECT_THAT(drawn, Not(HasSubstr("B")));
}

TEST(ScreenPanel, takes_the_keyboard_by_a_click_and_gives_it_back_by_a_click_elsewhere) {
  Bench bench(900, 600);
  write_on_screen(bench.view, 2, "prompt");
  EXPECT_FALSE(bench.state.screen.focused);
  ASSERT_TRUE(bench.click(screen_panel, "prompt"));
  EXPECT_TRUE(bench.state.screen.focused);
  ImGui::GetIO().MousePos = {5, 5};
  ImGui::GetIO().MouseDown[0] = true;
  bench.draw(screen_panel);
  EXPECT_FALSE(bench.state.screen.focused);
}

TEST(RegistersPanel, shows_registers_flags_and_segments) {
  Bench bench(640, 480);
  EXPECT_EQ(golden_difference("registers", bench.draw(registers_panel)), "");
}

TEST(RegistersPanel, marks_what_changed_and_lets_the_mark_fade_over_three_stops) {
  Bench bench(640, 480);
  const auto marks = [&] {
    const std::string drawn = bench.draw(registers_panel);
    std::size_t count = 0;
    for (std::size_t at = drawn.find("\u25CF"); at != std::string::npos; at = drawn.find("\u25CF", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(marks(), 0u);
  bench.view.stop_number = 2;
  bench.view.cpu[Gpr::rbx] = 99;
  EXPECT_EQ(marks(), 1u);
  bench.view.stop_number = 4;
  EXPECT_EQ(marks(), 1u);
  bench.view.stop_number = 5;
  EXPECT_EQ(marks(), 0u);
}

TEST(RegistersPanel, marks_nothing_while_the_machine_runs) {
  Bench bench(640, 480);
  bench.draw(registers_panel);
  bench.view.state = RunState::running;
  bench.view.stop_number = 2;
  bench.view.cpu[Gpr::rbx] = 99;
  EXPECT_THAT(bench.draw(registers_panel), Not(HasSubstr("\u25CF")));
}

TEST(RegistersPanel, leads_from_a_number_to_what_it_names) {
  Bench bench(640, 480);
  ASSERT_TRUE(bench.click(registers_panel, "0000'0000'0012'7000"));
  ASSERT_TRUE(last<ShowLink>(bench.commands));
  EXPECT_EQ(last<ShowLink>(bench.commands)->link, Link::physical);
  EXPECT_EQ(last<ShowLink>(bench.commands)->target, 0x127000u);
}

MachineView with_delivery(std::shared_ptr<const DeliveryRecord> record) {
  MachineView view = plain_view();
  view.deliveries = {std::move(record)};
  view.delivery_texts = {{.instruction = "mov     dword ptr [rax], 1",
                          .place = "kernel::poke+0xa",
                          .source = "mistakes.h:33  *p = 1;"}};
  return view;
}

TEST(AnatomyPanel, tells_a_page_fault_in_three_columns) {
  Bench bench(760, 420);
  bench.view = with_delivery(page_fault_record());
  EXPECT_EQ(golden_difference("anatomy_page_fault", bench.draw(anatomy_panel)), "");
}

TEST(AnatomyPanel, opens_a_triple_fault_inside_its_parents_with_the_cell_of_the_table_that_decided) {
  Bench bench(900, 560);
  bench.view = with_delivery(triple_fault_record());
  EXPECT_EQ(golden_difference("anatomy_triple_fault", bench.draw(anatomy_panel)), "");
}

TEST(AnatomyPanel, fills_the_stack_only_up_to_the_step_that_is_lit) {
  Bench bench(760, 420);
  bench.view = with_delivery(page_fault_record());
  bench.state.anatomy.step = 4;  // SS and RSP are pushed, RFLAGS is not
  const std::string drawn = bench.draw(anatomy_panel);
  EXPECT_THAT(drawn, HasSubstr("0x0000'0000'0000'0010"));
  EXPECT_THAT(drawn, Not(HasSubstr("0x0000'0000'0001'0246")));
}

TEST(AnatomyPanel, goes_through_the_steps_by_wheel_and_click) {
  Bench bench(760, 420);
  bench.view = with_delivery(page_fault_record());
  ASSERT_TRUE(bench.click(anatomy_panel, "Push RSP"));
  EXPECT_EQ(bench.state.anatomy.step, 4);
  ImGui::GetIO().MousePos = {300, 200};
  bench.draw(anatomy_panel);
  ImGui::GetIO().MouseWheel = -1;
  bench.draw(anatomy_panel);
  EXPECT_EQ(bench.state.anatomy.step, 5);
  for (int i = 0; i < 20; ++i) {
    ImGui::GetIO().MouseWheel = -1;
    bench.draw(anatomy_panel);
  }
  EXPECT_EQ(bench.state.anatomy.step, 9) << "the last step is the last";
}

TEST(WalkPanel, draws_a_walk_that_arrives) {
  Bench bench(760, 320);
  bench.view.walk = mapped_walk();
  EXPECT_EQ(golden_difference("walk_mapped", bench.draw(walk_panel)), "");
}

TEST(WalkPanel, breaks_the_line_at_the_level_that_failed) {
  Bench bench(760, 320);
  bench.view.walk = broken_walk();
  const std::string drawn = bench.draw(walk_panel);
  EXPECT_EQ(golden_difference("walk_broken", drawn), "");
  EXPECT_THAT(drawn, HasSubstr("\u25B2 not present"));
}

TEST(WalkPanel, asks_for_the_address_and_the_access_chosen) {
  Bench bench(760, 320);
  bench.view.walk = mapped_walk();
  ViewRequest request;
  walk_panel.request(bench.state, request);
  EXPECT_TRUE(request.walk);
  EXPECT_EQ(request.walk_text, "");
  ASSERT_TRUE(bench.click(walk_panel, "write"));
  ASSERT_TRUE(bench.click(walk_panel, "user"));
  std::string_view("0xb8000").copy(bench.state.walk.address.data(), 16);
  walk_panel.request(bench.state, request);
  EXPECT_EQ(request.walk_text, "0xb8000");
  EXPECT_EQ(request.walk_access.kind, AccessKind::write);
  EXPECT_TRUE(request.walk_access.user);
}

TEST(PicPanel, shows_lamps_vectors_and_the_end_of_interrupt_that_is_owed) {
  Bench bench(760, 300);
  bench.view.pic = pic_after_bios();
  set_irq_line(bench.view.pic, 0, true);
  acknowledge(bench.view.pic);
  set_irq_line(bench.view.pic, 1, true);
  const std::string drawn = bench.draw(pic_panel);
  EXPECT_EQ(golden_difference("pic", drawn), "");
  EXPECT_THAT(drawn, HasSubstr("EOI owed: IRQ 0"));
}

TEST(CodePanel, shows_source_and_instructions_with_the_arrow_at_rip) {
  Bench bench(640, 240);
  Listing& listing = bench.view.listing;
  listing.file = "main.cpp";
  listing.function = "kernel_main";
  ListingRow label{.kind = ListingRow::Kind::label, .address = {0xFFFFFFFF80101230}};
  label.text = "kernel_main";
  ListingRow source{.kind = ListingRow::Kind::source, .address = {0xFFFFFFFF80101234}};
  source.text = "  pic.unmask(Irq::timer);";
  source.place.line = 41;
  source.has_code = true;
  ListingRow call{.kind = ListingRow::Kind::instruction, .address = {0xFFFFFFFF80101234}};
  call.instruction = {.address = {0xFFFFFFFF80101234},
                      .size = 5,
                      .mnemonic = "call",
                      .operands = "0xffffffff80102000",
                      .decoded = true};
  call.target_name = "kernel::unmask";
  listing.rows = {label, source, call};
  bench.view.breakpoints = {{VirtAddr{0xFFFFFFFF80101234}}};
  EXPECT_EQ(golden_difference("code", bench.draw(code_panel)), "");
  ASSERT_TRUE(bench.click(code_panel, "80101234"));
  EXPECT_EQ(bench.state.listing.cursor, 0xFFFFFFFF80101234);
  ASSERT_TRUE(bench.click(code_panel, "\u25B6"));  // the arrow stands in the margin
  ASSERT_TRUE(last<DoToggleBreakpoint>(bench.commands));
  EXPECT_EQ(last<DoToggleBreakpoint>(bench.commands)->address.value, 0xFFFFFFFF80101234);
}

TEST(MemoryPanel, shows_bytes_letters_and_holes) {
  Bench bench(760, 200);
  bench.view.memory.address = 0xB8000;
  for (int i = 0; i < 32; ++i)
    bench.view.memory.bytes.push_back(i < 16 ? 0x41 + i : i < 20 ? 0 : kUnmappedByte);
  EXPECT_EQ(golden_difference("memory", bench.draw(memory_panel)), "");
}

Table two_rows() {
  return {.name = "events",
          .title = "Events",
          .note = "",
          .columns = {{"Number", true}, {"Instruction", true}, {"At"}, {"Kind"}, {"What"}},
          .rows = {{"1",
                    {{"1"},
                     {"100"},
                     {"start", Link::source, 0x1000},
                     {"interrupt", Link::none, 0, Tone::interrupt},
                     {"vector 32"}}},
                   {"2",
                    {{"2"},
                     {"200"},
                     {"poke", Link::source, 0x2000},
                     {"exception", Link::none, 0, Tone::fault},
                     {"page fault", Link::delivery, 7}}}}};
}

TEST(EventsPanel, keeps_the_rows_that_hold_the_filter_in_either_case) {
  Bench bench(640, 200);
  bench.view.tables = {two_rows()};
  EXPECT_EQ(golden_difference("events", bench.draw(events_panel)), "");
  std::string_view("PAGE").copy(bench.state.events.filter.data(), 16);
  const std::string drawn = bench.draw(events_panel);
  EXPECT_THAT(drawn, HasSubstr("page fault"));
  EXPECT_THAT(drawn, Not(HasSubstr("vector 32")));
}

TEST(EventsPanel, leads_from_an_exception_to_its_delivery) {
  Bench bench(640, 200);
  bench.view.tables = {two_rows()};
  ASSERT_TRUE(bench.click(events_panel, "page fault"));
  ASSERT_TRUE(last<ShowLink>(bench.commands));
  EXPECT_EQ(last<ShowLink>(bench.commands)->link, Link::delivery);
  EXPECT_EQ(last<ShowLink>(bench.commands)->target, 7u);
}

TEST(EventsPanel, asks_for_port_accesses_only_when_told_to) {
  Bench bench(640, 200);
  const auto asked = [&] {
    ViewRequest request;
    events_panel.request(bench.state, request);
    return request.tables.at(0).argument;
  };
  EXPECT_THAT(asked(), Not(HasSubstr("port-write")));
  ASSERT_TRUE(bench.click(events_panel, "port accesses"));
  EXPECT_THAT(asked(), HasSubstr("port-write"));
}

TEST(HappenedPanel, breaks_the_sentence_at_the_edge_and_keeps_its_links) {
  Bench bench(420, 200);
  bench.view.stop = Stop{.kind = StopKind::event};
  bench.view.happened.headline = {{"The instruction at "},
                                  {"kernel::poke+0xa", Link::source, 0x1234},
                                  {" raised a "},
                                  {"page fault", Link::delivery, 7},
                                  {": nothing is mapped there."}};
  bench.view.happened.paragraphs = {{{"Error code 0x2: write, page not present, kernel."}}};
  bench.view.happened.causes = {{"PD[5] is zero.", Link::physical, 0x3028}};
  EXPECT_EQ(golden_difference("happened", bench.draw(happened_panel)), "");
  ASSERT_TRUE(bench.click(happened_panel, "kernel::poke+0xa"));
  ASSERT_TRUE(last<ShowLink>(bench.commands));
  EXPECT_EQ(last<ShowLink>(bench.commands)->target, 0x1234u);
}

TEST(TablePanels, say_so_when_their_table_is_missing) {
  Bench bench(640, 200);
  EXPECT_THAT(bench.draw(idt_panel), HasSubstr("Nothing to show yet."));
}

}  // namespace
}  // namespace ringside
