// SPDX-License-Identifier: GPL-2.0-or-later
// Heap, frames and page tables: what their panels show, and what a click does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gui/panels/panels.h"
#include "tests/panels/bench.h"
#include "tests/panels/memory_views.h"

namespace ringside {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class T>
const T* last(const Commands& commands) {
  return commands.empty() ? nullptr : std::get_if<T>(&commands.back());
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(HeapPanel, shows_figures_strip_and_lists) {
  Bench bench(640, 480);
  bench.view.heap = list_heap();
  EXPECT_EQ(golden_difference("heap", bench.draw(heap_panel)), "");
}

TEST(HeapPanel, puts_what_is_broken_on_top_with_its_address) {
  Bench bench(640, 480);
  bench.view.heap = broken_heap();
  EXPECT_EQ(golden_difference("heap_broken", bench.draw(heap_panel)), "");
  ASSERT_TRUE(bench.click(heap_panel, "0xffff'a000'0000'0330"));
  const auto* link = last<ShowLink>(bench.commands);
  ASSERT_NE(link, nullptr);
  EXPECT_EQ(link->link, Link::linear);
  EXPECT_EQ(link->target, kHeapAt + 0x330);
}

TEST(HeapPanel, says_why_there_is_nothing) {
  Bench bench(640, 480);
  auto none = std::make_shared<HeapMap>();
  none->trouble = "This kernel has no kernel::heap.";
  bench.view.heap = none;
  EXPECT_THAT(bench.draw(heap_panel), HasSubstr("This kernel has no kernel::heap."));
  auto empty = std::make_shared<HeapMap>();
  empty->policy = "buddy";
  bench.view.heap = empty;
  EXPECT_THAT(bench.draw(heap_panel), HasSubstr("buddy: the heap has no memory yet."));
}

TEST(HeapPanel, keeps_the_block_that_was_clicked) {
  Bench bench(640, 480);
  bench.view.heap = list_heap();
  EXPECT_THAT(bench.draw(heap_panel), Not(HasSubstr("0xffff'a000'0000'0010")));
  bench.state.heap.chosen = kHeapAt + 0x330;
  const std::string drawn = bench.draw(heap_panel);
  EXPECT_THAT(drawn, HasSubstr("0xffff'a000'0000'0330"));
  EXPECT_THAT(drawn, HasSubstr("free, 208 bytes, 224 with all around it"));
  EXPECT_THAT(drawn, HasSubstr("in \"free blocks\""));
  EXPECT_THAT(drawn, HasSubstr("0xffff'a000'0000'0910")) << "where the list goes on";
}

TEST(HeapPanel, chooses_the_block_under_the_mouse) {
  Bench bench(640, 480);
  bench.view.heap = list_heap();
  bench.draw(heap_panel);
  ASSERT_TRUE(bench.click(heap_panel, "KiB free")) << "the low row that stands for the end of the heap";
  EXPECT_EQ(bench.view.heap->find(bench.state.heap.chosen), &bench.view.heap->blocks[3]);
  EXPECT_THAT(bench.draw(heap_panel), HasSubstr("0xffff'a000'0000'0910"));
}

TEST(HeapPanel, draws_the_links_of_the_list_that_was_clicked) {
  Bench bench(640, 480);
  auto heap = list_heap();
  heap->lists.push_back(
      {.name = "64 bytes", .bytes_each = 64, .head_at = 0x1008, .nodes = {kHeapAt + 0x320}});
  bench.view.heap = heap;
  bench.draw(heap_panel);
  ASSERT_TRUE(bench.click(heap_panel, "64 bytes"));
  EXPECT_EQ(bench.state.heap.list, "64 bytes");
}

TEST(HeapPanel, leaves_out_lists_that_cannot_have_blocks) {
  Bench bench(640, 480);
  auto heap = list_heap();
  heap->lists.push_back({.name = "order 20", .bytes_each = 32 << 20, .head_at = 0x1008});
  heap->lists.push_back({.name = "order 3", .bytes_each = 256, .head_at = 0x1010});
  bench.view.heap = heap;
  const std::string drawn = bench.draw(heap_panel);
  EXPECT_THAT(drawn, HasSubstr("order 3"));
  EXPECT_THAT(drawn, Not(HasSubstr("order 20")));
}

TEST(HeapPanel, names_only_the_parts_that_there_are) {
  Bench bench(640, 480);
  bench.view.heap = list_heap();
  EXPECT_THAT(bench.draw(heap_panel), Not(HasSubstr("red zone")));
  auto guarded = list_heap();
  guarded->blocks[0].memory += 24;
  guarded->blocks[0].bytes -= 48;
  guarded->blocks[0].red = 24;
  bench.view.heap = guarded;
  EXPECT_THAT(bench.draw(heap_panel), HasSubstr("red zone"));
}

TEST(HeapPanel, draws_fragmentation_over_the_run_once_it_has_seen_some) {
  Bench bench(640, 480);
  bench.view.heap = list_heap();
  EXPECT_THAT(bench.draw(heap_panel), Not(HasSubstr("so far")));
  bench.view.heap_history =
      std::make_shared<const std::vector<HeapSample>>(std::vector<HeapSample>{{10, 0}, {20, 123}, {30, 4}});
  EXPECT_THAT(bench.draw(heap_panel), HasSubstr("fragmentation so far, at most 12.3 %"));
}

TEST(HeapPanel, outlives_a_list_that_names_nothing_in_the_heap) {
  Bench bench(640, 480);
  auto heap = list_heap();
  heap->lists[0].nodes = {1, 0, ~0ull, kHeapAt, kHeapAt + 0xFFFF, kHeapAt + 0x10000};
  bench.view.heap = heap;
  EXPECT_THAT(bench.draw(heap_panel), HasSubstr("free blocks"));
}

TEST(BlocksPanel, says_with_a_check_mark_that_all_is_sound) {
  Bench bench(640, 400);
  bench.view.tables = {{.name = "heap-check", .title = "", .note = "The heap is sound: 4 blocks."},
                       {.name = "heap",
                        .title = "",
                        .note = "list",
                        .columns = {{"Address", true}},
                        .rows = {{"a", {{"0x10"}}, {}}}}};
  const std::string drawn = bench.draw(heap_blocks_panel);
  EXPECT_THAT(drawn, HasSubstr("\u2713 The heap is sound: 4 blocks."));
  EXPECT_THAT(drawn, HasSubstr("0x10"));
}

TEST(FramesPanel, shows_uses_cells_and_what_the_rest_is) {
  Bench bench(640, 480);
  bench.view.frames = few_frames();
  EXPECT_EQ(golden_difference("frames", bench.draw(frames_panel)), "");
}

TEST(FramesPanel, says_what_is_broken) {
  Bench bench(640, 480);
  auto frames = few_frames();
  frames->defects = {{0xFFFF'8000'0014'C10D, 1, "frame 269 is free, but CR3 leads to a page table in it"}};
  bench.view.frames = frames;
  EXPECT_THAT(bench.draw(frames_panel), HasSubstr("CR3 leads to a page table in it."));
  auto none = std::make_shared<FrameMap>();
  none->trouble = "This kernel has no kernel::frames.";
  bench.view.frames = none;
  EXPECT_THAT(bench.draw(frames_panel), HasSubstr("This kernel has no kernel::frames."));
}

TEST(FramesPanel, takes_more_frames_a_cell_where_there_is_less_room) {
  Bench bench(640, 480);
  auto frames = std::make_shared<FrameMap>(*few_frames());
  frames->values.clear();
  frames->ranges.clear();
  for (unsigned i = 0; i < 8192; ++i) {  // every other one: nothing can be put together
    frames->values.push_back(i % 2 ? 1 : 4);
    frames->ranges.push_back({i, 1, static_cast<std::uint8_t>(i % 2 ? 1 : 4)});
  }
  bench.view.frames = frames;
  const std::string drawn = bench.draw(frames_panel);
  EXPECT_THAT(drawn, HasSubstr("a small letter has other frames beside its own"));
  EXPECT_THAT(drawn, HasSubstr("hhhhhhhh"));
}

TEST(PageTablesPanel, shows_the_tree_and_flags_what_may_be_written_and_executed) {
  Bench bench(900, 300);
  bench.view.page_tree = small_tree();
  EXPECT_EQ(golden_difference("page_tables", bench.draw(page_tree_panel)), "");
}

TEST(PageTablesPanel, closes_and_opens_a_table_by_a_click) {
  Bench bench(900, 300);
  bench.view.page_tree = small_tree();
  EXPECT_THAT(bench.draw(page_tree_panel), HasSubstr("PT[0-15]"));
  ASSERT_TRUE(bench.click(page_tree_panel, "PDPT[0]"));
  std::string drawn = bench.draw(page_tree_panel);
  EXPECT_THAT(drawn, Not(HasSubstr("PT[0-15]")));
  EXPECT_THAT(drawn, HasSubstr("PML4[320]"));
  EXPECT_EQ(count(drawn, "writable and executable pages below"), 2u) << "a closed table still says so";
  ASSERT_TRUE(bench.click(page_tree_panel, "open all"));
  EXPECT_THAT(bench.draw(page_tree_panel), HasSubstr("PT[0-15]"));
  ASSERT_TRUE(bench.click(page_tree_panel, "close all"));
  drawn = bench.draw(page_tree_panel);
  EXPECT_THAT(drawn, Not(HasSubstr("PDPT")));
}

TEST(PageTablesPanel, says_that_paging_is_off) {
  Bench bench(640, 300);
  bench.view.page_tree = std::make_shared<PageTree>();
  EXPECT_THAT(bench.draw(page_tree_panel), HasSubstr("Paging is off"));
}

struct Window {
  float width, height, scale;
};
class MemoryPanelsAt : public testing::TestWithParam<Window> {};

TEST_P(MemoryPanelsAt, cut_through_no_letter_and_draw_twice_the_same) {
  Bench bench(GetParam().width, GetParam().height, GetParam().scale);
  bench.view.heap = broken_heap();
  bench.view.heap_history =
      std::make_shared<const std::vector<HeapSample>>(std::vector<HeapSample>{{10, 0}, {20, 123}, {30, 4}});
  bench.state.heap.chosen = kHeapAt + 0x330;
  bench.view.frames = few_frames();
  bench.view.page_tree = small_tree();
  for (const Panel* panel : {&heap_panel, &frames_panel}) {
    const std::string once = bench.draw(*panel);
    EXPECT_EQ(bench.cut(), "") << panel->id;
    EXPECT_EQ(bench.draw(*panel), once) << panel->id;
  }
  bench.draw(page_tree_panel);
  EXPECT_TRUE(bench.commands.empty());
}

INSTANTIATE_TEST_SUITE_P(Windows, MemoryPanelsAt,
                         testing::Values(Window{640, 480, 1}, Window{420, 300, 1}, Window{300, 200, 1},
                                         Window{900, 600, 2}, Window{700, 500, 3}, Window{1600, 1000, 1}));

}  // namespace
}  // namespace ringside
