// SPDX-License-Identifier: GPL-2.0-or-later
// Markdown as blocks, and the links of a lab's text.
#include "gui/view/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gui/panels/panel.h"
#include "gui/view/lab_link.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = MarkdownBlock::Kind;

TextRuns words(std::string text) { return {{.text = std::move(text)}}; }

TEST(Markdown, is_headings_paragraphs_and_code) {
  const Markdown text =
      parse_markdown("# Lab 02\n\nFirst line\nsecond line.\n\n```\n  +--+\n  |  |\n```\n---\n");
  ASSERT_EQ(text.blocks.size(), 4u);
  EXPECT_EQ(text.blocks[0], (MarkdownBlock{.kind = Kind::heading, .level = 1, .runs = words("Lab 02")}));
  EXPECT_EQ(text.blocks[1].runs, words("First line second line."));
  EXPECT_EQ(text.blocks[2].kind, Kind::code);
  EXPECT_THAT(text.blocks[2].lines, ElementsAre("  +--+", "  |  |"));
  EXPECT_EQ(text.blocks[3].kind, Kind::rule);
}

TEST(Markdown, has_words_in_several_manners) {
  const Markdown text =
      parse_markdown("A **strong**, an *other* `code & <b>` &amp; [a *link*](ringside:idt).");
  ASSERT_EQ(text.blocks.size(), 1u);
  EXPECT_THAT(
      text.blocks[0].runs,
      ElementsAre(TextRun{.text = "A "}, TextRun{.text = "strong", .strong = true}, TextRun{.text = ", an "},
                  TextRun{.text = "other", .emphasis = true}, TextRun{.text = " "},
                  TextRun{.text = "code & <b>", .code = true}, TextRun{.text = " & "},
                  TextRun{.text = "a ", .link = "ringside:idt"},
                  TextRun{.text = "link", .emphasis = true, .link = "ringside:idt"}, TextRun{.text = "."}));
}

TEST(Markdown, has_lists_in_lists) {
  const Markdown text =
      parse_markdown("- one\n  on\n- two\n  1. first\n\n     more of it\n  2. second\n\nbehind\n");
  std::vector<std::string> drawn;
  for (const MarkdownBlock& b : text.blocks)
    drawn.push_back(std::to_string(b.depth) + b.marker + " " + plain_text(b.runs));
  EXPECT_THAT(drawn, ElementsAre("1\u2022 one on", "1\u2022 two", "21. first", "2 more of it", "22. second",
                                 "0 behind"));
}

TEST(Markdown, has_tables_with_runs_in_their_cells) {
  const Markdown text =
      parse_markdown("| port | what |\n|---|---|\n| `0x20` | master |\n| 0xA0 | **slave** |\n");
  ASSERT_EQ(text.blocks.size(), 1u);
  ASSERT_EQ(text.blocks[0].rows.size(), 3u);
  EXPECT_THAT(text.blocks[0].rows[0], ElementsAre(words("port"), words("what")));
  EXPECT_THAT(text.blocks[0].rows[1], ElementsAre(TextRuns{{.text = "0x20", .code = true}}, words("master")));
  EXPECT_THAT(text.blocks[0].rows[2],
              ElementsAre(words("0xA0"), TextRuns{{.text = "slave", .strong = true}}));
}

TEST(Markdown, takes_html_for_text) {
  const Markdown text = parse_markdown("<script>alert(1)</script>\n\na <b>bold</b> word");
  ASSERT_EQ(text.blocks.size(), 2u);
  EXPECT_EQ(plain_text(text.blocks[0].runs), "<script>alert(1)</script>");
  EXPECT_EQ(plain_text(text.blocks[1].runs), "a <b>bold</b> word");
}

TEST(Markdown, of_any_bytes_is_a_list) {
  EXPECT_TRUE(parse_markdown("").blocks.empty());
  std::string deep, noise;
  for (int i = 0; i < 2000; ++i) deep += "> - ";
  for (unsigned i = 0; i < 50000; ++i) noise += static_cast<char>(i * 2654435761u >> 13);
  for (const std::string& text :
       {deep + "words", noise, std::string(5000, '*') + "a" + std::string(5000, '_'),
        std::string("| a\n|-\n") + std::string(3000, '|')})
    for (const MarkdownBlock& block : parse_markdown(text).blocks) EXPECT_LE(block.depth, kDeepestMarkdown);
}

TEST(Markdown, that_is_huge_is_cut_and_says_so) {
  std::string text;
  while (text.size() <= kMostMarkdown) text += "A paragraph.\n\n";
  EXPECT_TRUE(parse_markdown(text).cut);
  EXPECT_FALSE(parse_markdown("A paragraph.").cut);
}

const Symbols kNoSymbols = Symbols::none();

template <class T>
T asked(const char* link) {
  const auto command = lab_link(link, kNoSymbols);
  EXPECT_TRUE(command) << link;
  const T* one = command ? std::get_if<T>(&*command) : nullptr;
  EXPECT_TRUE(one) << link;
  return one ? *one : T{};
}

TEST(LabLink, leads_to_panels_places_and_questions) {
  EXPECT_EQ(asked<ShowPanel>("ringside:panel/idt").id, "idt");
  EXPECT_EQ(asked<ShowPanel>("ringside:idt").id, "idt");
  EXPECT_EQ(asked<ShowPanel>("ringside:tss").id, "gdt");
  EXPECT_EQ(asked<ShowMemory>("ringside:memory/0xb8000").address, 0xB8000u);
  EXPECT_EQ(asked<ShowWalk>("ringside:walk/0x400000").address, 0x400000u);
  EXPECT_EQ(asked<ShowCode>("ringside:place/0x101000").address, 0x101000u);
  EXPECT_EQ(asked<DoAsk>("ringside:who/0xb8000").subject, "0xb8000");
  EXPECT_EQ(asked<DoAsk>("ringside:who/port%200x21").subject, "port 0x21");
  EXPECT_EQ(asked<ShowEvents>("ringside:events/port").filter, "port");
  EXPECT_EQ(asked<DoSay>("ringside:run/irq1").words, "run-to irq1");
  EXPECT_EQ(asked<DoTypeText>("ringside:type/fault%20pf%3CEnter%3E").text, "fault pf<Enter>");
  EXPECT_EQ(asked<OpenLabStep>("ringside:step/3").step, 3u);
}

TEST(LabLink, to_elsewhere_is_copied_and_never_opened) {
  EXPECT_EQ(asked<CopyText>("https://wiki.osdev.org/Text_UI").text, "https://wiki.osdev.org/Text_UI");
  EXPECT_THAT(lab_link_words("https://wiki.osdev.org/"), HasSubstr("copies"));
}

TEST(LabLink, that_leads_nowhere_is_a_sentence) {
  for (const char* link : {"", "ringside:", "ringside:nonsense", "ringside:panel/nonsense",
                           "ringside:walk/no_such_symbol", "ringside:step/x", "file:///etc/passwd",
                           "javascript:alert(1)", "#background", "ringside:step/99999999999"}) {
    const auto command = lab_link(link, kNoSymbols);
    ASSERT_FALSE(command) << link;
    EXPECT_THAT(command.error().sentence, testing::EndsWith(".")) << link;
    EXPECT_NE(lab_link_words(link), "") << link;
  }
}

TEST(LabLink, of_every_labs_text_is_one_that_the_window_knows) {
  unsigned links = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LABS_FOLDER)) {
    std::ifstream in(entry.path() / "README.md");
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    for (const MarkdownBlock& block : parse_markdown(text).blocks)
      for (const TextRun& run : block.runs)
        if (run.link.starts_with("ringside:")) {
          ++links;
          EXPECT_THAT(lab_link_words(run.link), testing::Not(HasSubstr("no such link"))) << entry.path();
        }
  }
  EXPECT_GE(links, 2u);
}

TEST(LabLink, knows_every_panel_by_its_id) {
  for (const Panel* panel : all_panels())
    if (panel->id != std::string_view("lab")) {
      EXPECT_TRUE(lab_link(std::string("ringside:panel/") + panel->id, kNoSymbols)) << panel->id;
    }
}

}  // namespace
}  // namespace ringside
