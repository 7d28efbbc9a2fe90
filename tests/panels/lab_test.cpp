// SPDX-License-Identifier: GPL-2.0-or-later
// The lab's panel: what it shows of a text, of steps that passed and failed, of a kernel that does not build,
// and what clicks ask for.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gui/panels/panels.h"
#include "tests/panels/bench.h"
#include "tests/panels/views.h"

namespace ringside {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Page = LabState::Page;

constexpr const char* kText = R"(# Lab 02: Text on the screen

The adapter shows what is in **its memory**, at `0xB8000`. Open [the bytes](ringside:memory/0xb8000), or
read [more](https://example.org/vga).

```
  +------+------+
  | back | char |
  +------+------+
```

| bits | what |
|---|---|
| 0 to 7 | the character |
| 8 to 15 | its colours, of which there are sixteen, and whether it blinks; see the manual of the adapter |

## Step 1: A character

- Write `put`.
- Look at it.

## Step 2: New lines

A new line begins at column 0.
)";

labs::Finding finding() {
  return {.expected = "row 1 of the screen is equal to \"zfnce\"",
          .got = "it is \"\"",
          .why = "After a new line the text goes on at column 0 of the next row.",
          .symbol = "lab::Screen::put",
          .file = "screen.cpp",
          .line = 12,
          .instructions = 14827,
          .recording = "step-2.recording"};
}

std::shared_ptr<LabView> open_lab() {
  auto lab = std::make_shared<LabView>();
  lab->number = "02";
  lab->title = "Text on the screen";
  lab->text = std::make_shared<const Markdown>(parse_markdown(kText));
  lab->steps = {{"A character", 40}, {"New lines", 40}, {"Scrolling", 20}};
  for (unsigned step = 1; step <= 3; ++step) lab->hints[step].more = 3;
  return lab;
}

std::shared_ptr<LabView> checked_lab() {
  auto lab = open_lab();
  labs::Verdict verdict{.lab = "02-vga-text"};
  verdict.steps = {{1, "A character", 40, 40, std::nullopt},
                   {2, "New lines", 0, 40, finding()},
                   {3, "Scrolling", 0, 20, finding()}};
  lab->verdict = verdict;
  return lab;
}

std::shared_ptr<LabView> broken_lab() {
  auto lab = open_lab();
  lab->verdict = labs::Verdict{.lab = "02-vga-text",
                               .status = labs::Verdict::Status::not_built,
                               .sentence = "It does not compile.",
                               .compiler_says = "screen.cpp:12:5: error: expected ';' before '}' token\n"};
  lab->image = std::make_shared<const std::vector<std::byte>>(1);
  return lab;
}

template <class T>
const T* asked(const Bench& bench) {
  for (const UiCommand& command : bench.commands)
    if (const T* one = std::get_if<T>(&command)) return one;
  return nullptr;
}

TEST(LabPanel, shows_text_with_the_marks_of_the_last_check) {
  Bench bench(640, 620);
  bench.state.lab.view = checked_lab();
  EXPECT_EQ(golden_difference("lab_text", bench.draw(lab_panel)), "");
  EXPECT_EQ(bench.cut(), "");
}

TEST(LabPanel, shows_a_failed_step_with_what_was_expected_and_where) {
  Bench bench(640, 400);
  bench.state.lab.view = checked_lab();
  bench.state.lab.page = Page::steps;
  EXPECT_EQ(golden_difference("lab_failed_step", bench.draw(lab_panel)), "");
}

TEST(LabPanel, shows_what_the_compiler_says) {
  Bench bench(640, 400);
  bench.state.lab.view = broken_lab();
  bench.state.lab.page = Page::steps;
  EXPECT_EQ(golden_difference("lab_not_built", bench.draw(lab_panel)), "");
}

TEST(LabPanel, leads_a_link_of_the_text_to_the_memory) {
  Bench bench(640, 620);
  bench.state.lab.view = open_lab();
  ASSERT_TRUE(bench.click(lab_panel, "bytes"));
  const auto* memory = asked<ShowMemory>(bench);
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->address, 0xB8000u);
}

TEST(LabPanel, copies_a_link_to_elsewhere_and_says_so) {
  Bench bench(640, 620);
  bench.state.lab.view = open_lab();
  ASSERT_TRUE(bench.click(lab_panel, "more"));
  EXPECT_TRUE(asked<CopyText>(bench));
  EXPECT_THAT(bench.draw(lab_panel), HasSubstr("Copied: https://example.org/vga"));
}

TEST(LabPanel, goes_to_the_failing_instant_and_gives_hints_for_the_step) {
  Bench bench(640, 400);
  bench.state.lab.view = checked_lab();
  bench.state.lab.page = Page::steps;
  ASSERT_TRUE(bench.click(lab_panel, "Go there"));
  ASSERT_TRUE(asked<OpenLabStep>(bench));
  EXPECT_EQ(asked<OpenLabStep>(bench)->step, 2u);
  ASSERT_TRUE(bench.click(lab_panel, "Hint"));
  ASSERT_TRUE(asked<GiveHint>(bench));
  EXPECT_EQ(asked<GiveHint>(bench)->step, 2u);
}

TEST(LabPanel, opens_another_step_by_a_click_on_it) {
  Bench bench(640, 600);
  auto lab = checked_lab();
  lab->verdict->steps[2].finding->expected = "something else";
  bench.state.lab.view = lab;
  bench.state.lab.page = Page::steps;
  EXPECT_THAT(bench.draw(lab_panel), Not(HasSubstr("something else")));
  ASSERT_TRUE(bench.click(lab_panel, "Scrolling"));
  EXPECT_THAT(bench.draw(lab_panel), HasSubstr("something else"));
}

TEST(LabPanel, brings_a_step_into_sight_that_is_to_be_shown) {
  Bench bench(640, 240);
  auto lab = checked_lab();
  for (unsigned i = 4; i < 20; ++i) {
    lab->steps.push_back({"Another", 0});
    lab->verdict->steps.push_back({i, "Another", 0, 0, finding()});
  }
  lab->verdict->steps.back().finding->expected = "the last of them";
  bench.state.lab.view = lab;
  bench.state.lab.page = Page::steps;
  EXPECT_THAT(bench.draw(lab_panel), Not(HasSubstr("the last of them")));
  bench.state.lab.shown_step = bench.state.lab.reveal = 19;
  bench.draw(lab_panel);
  EXPECT_THAT(bench.draw(lab_panel), AllOf(HasSubstr("the last of them"), HasSubstr("Go there")));
}

TEST(LabPanel, shows_given_hints_in_order_and_when_there_are_no_more) {
  Bench bench(640, 400);
  auto lab = checked_lab();
  lab->hints[2].hints = {parse_markdown("Think of `column_`."), parse_markdown("It is 0.")};
  lab->hints[2].more = 0;
  bench.state.lab.view = lab;
  bench.state.lab.page = Page::steps;
  EXPECT_THAT(bench.draw(lab_panel), AllOf(HasSubstr("hint 1"), HasSubstr("Think of column_"),
                                           HasSubstr("It is 0."), HasSubstr("No more hints")));
}

TEST(LabPanel, leads_back_from_a_recording) {
  Bench bench(640, 400);
  bench.state.lab.view = checked_lab();
  bench.state.lab.shown_step = 2;
  EXPECT_THAT(bench.draw(lab_panel), HasSubstr("in the check of step 2"));
  ASSERT_TRUE(bench.click(lab_panel, "Your kernel"));
  EXPECT_TRUE(asked<BackToLabKernel>(bench));
}

TEST(LabPanel, says_that_a_check_is_under_way_and_what_went_wrong_with_it) {
  Bench bench(640, 400);
  auto lab = open_lab();
  lab->checking = true;
  bench.state.lab.view = lab;
  EXPECT_THAT(bench.draw(lab_panel), HasSubstr("checking"));
  lab = open_lab();
  lab->trouble = "The folder is gone.";
  lab->text_trouble = "README.md cannot be read.";
  bench.state.lab.view = lab;
  EXPECT_THAT(bench.draw(lab_panel), AllOf(HasSubstr("The folder is gone."), HasSubstr("README.md cannot")));
}

TEST(LabPanel, asks_first_and_tells_the_answer_behind_a_prediction) {
  Bench bench(640, 400);
  auto lab = checked_lab();
  bench.state.lab.view = lab;
  ASSERT_TRUE(bench.click(lab_panel, "Questions"));
  EXPECT_TRUE(asked<AskQuestions>(bench));
  lab->questions = {{1, "Which number is in the cell?", "0x1e52", "The low byte is the character."}};
  lab->questions_number = 1;
  EXPECT_THAT(bench.draw(lab_panel),
              AllOf(HasSubstr("Which number"), Not(HasSubstr("0x1e52")), Not(HasSubstr("low byte"))));
  const auto answer = [&](const char* words) {
    bench.state.lab.answers[1] = {};
    std::copy_n(words, std::strlen(words), bench.state.lab.answers[1].begin());
    bench.state.lab.answered = {1};
    return bench.draw(lab_panel);
  };
  EXPECT_THAT(answer("7"), AllOf(HasSubstr("Not so: the machine says 0x1e52."), HasSubstr("low byte")));
  EXPECT_THAT(answer("7762"), AllOf(HasSubstr("Right."), HasSubstr("low byte")));
}

TEST(LabPanel, draws_a_huge_text_without_drawing_what_is_out_of_sight) {
  Bench bench(640, 400);
  auto lab = open_lab();
  std::string text;
  for (int i = 0; text.size() < kMostMarkdown; ++i) text += fmt::format("Paragraph number {}.\n\n", i);
  lab->text = std::make_shared<const Markdown>(parse_markdown(text));
  bench.state.lab.view = lab;
  EXPECT_THAT(bench.draw(lab_panel), AllOf(HasSubstr("number 0."), Not(HasSubstr("number 100."))));
  bench.draw(lab_panel);
  EXPECT_LT(ImGui::GetDrawData()->TotalVtxCount, 20000);
}

TEST(LabShell, gives_the_lab_a_tile_beside_screen_and_code) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  EXPECT_THAT(bench.draw(shell), Not(HasSubstr("Lab 02")));
  bench.state.lab.view = checked_lab();
  EXPECT_THAT(bench.draw(shell), AllOf(HasSubstr("Lab 02: Text on the screen"), HasSubstr("Steps 1/3"),
                                       HasSubstr("Source and disassembly"), HasSubstr("What just happened")));
  bench.commands.push_back(ToggleLab{});
  bench.draw(shell);
  EXPECT_THAT(bench.draw(shell), Not(HasSubstr("Steps 1/3")));
  ASSERT_TRUE(bench.click(shell, "Lab"));
  EXPECT_THAT(bench.draw(shell), HasSubstr("Steps 1/3"));
}

TEST(LabShell, shows_the_events_that_a_link_means) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.state.lab.view = checked_lab();
  bench.commands.push_back(ShowEvents{std::string(500, 'p') + "ort"});
  bench.draw(shell);
  bench.commands.push_back(ShowEvents{"port 0x20"});
  bench.draw(shell);
  EXPECT_STREQ(bench.state.events.filter.data(), "port 0x20");
  EXPECT_TRUE(bench.state.events.ports);
}

TEST(LabShell, leaves_a_text_that_fills_the_window_where_it_is_when_the_machine_faults) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.state.lab.view = checked_lab();
  bench.draw(shell);
  bench.commands.push_back(ToggleFullScreen{"lab"});
  bench.draw(shell);
  bench.view.deliveries = {page_fault_record()};
  bench.view.delivery_texts.resize(1);
  bench.view.stop_number = 2;
  EXPECT_THAT(bench.draw(shell), AllOf(HasSubstr("Lab 02"), Not(HasSubstr("#PF"))));
}

TEST(LabShell, gives_a_hint_for_the_first_step_that_failed) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.state.lab.view = checked_lab();
  bench.draw(shell);
  bench.commands.push_back(GiveHint{0});
  bench.draw(shell);
  ASSERT_TRUE(asked<GiveHint>(bench));
  EXPECT_EQ(asked<GiveHint>(bench)->step, 2u);
  EXPECT_EQ(bench.state.lab.page, Page::steps);
}

TEST(LabShell, forgets_what_it_noticed_of_another_machine_and_shows_the_code) {
  Bench bench(1280, 800);
  Shell shell{Settings{}};
  bench.state.lab.view = checked_lab();
  bench.draw(shell);
  bench.commands.push_back(ShowPanel{"memory"});
  bench.draw(shell);
  bench.state.listing.cursor = 0x1234;
  shell.another_machine(bench.state, true);
  EXPECT_EQ(bench.state.listing.cursor, 0u);
  EXPECT_THAT(bench.draw(shell), HasSubstr("No code"));
}

struct Size {
  float width, height, scale;
};
class LabShellAt : public testing::TestWithParam<Size> {};

TEST_P(LabShellAt, can_be_read_and_cuts_through_no_letter) {
  Bench bench(GetParam().width, GetParam().height, GetParam().scale);
  Shell shell{Settings{}};
  bench.state.lab.view = checked_lab();
  bench.draw(shell);
  EXPECT_THAT(bench.draw(shell), HasSubstr("Lab 02"));
  for (const Page page : {Page::text, Page::steps, Page::questions}) {
    bench.state.lab.page = page;
    bench.draw(shell);
    EXPECT_EQ(bench.cut(), "") << "page " << static_cast<int>(page);
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, LabShellAt,
                         testing::Values(Size{1280, 800, 1}, Size{1280, 800, 1.5f}, Size{1280, 800, 2},
                                         Size{1280, 800, 3}, Size{1920, 1080, 1}, Size{1920, 1080, 2},
                                         Size{1920, 800, 1}, Size{640, 400, 1}));

}  // namespace
}  // namespace ringside
