// SPDX-License-Identifier: GPL-2.0-or-later
// labs.toml, hints, verdicts and answers: what is read as it is meant, and what is refused with which
// sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "labs/book/report.h"

namespace ringside::labs {
namespace {

using namespace testing;
using std::filesystem::path;

class BookTest : public Test {
 protected:
  BookTest() : folder(path(TempDir()) / ("book_test-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder / "01-first/wrong");
  }
  ~BookTest() override { std::filesystem::remove_all(folder); }
  void write(const path& file, const std::string& text) { std::ofstream(folder / file) << text; }
  std::string refusal(const std::string& manifest) {
    write("labs.toml", manifest);
    const auto loaded = Manifest::load(folder);
    return loaded ? "" : loaded.error().sentence;
  }
  path folder;
};

constexpr const char* kGood =
    "[[lab]]\nname = \"01-first\"\ntitle = \"First\"\nabout = \"it\"\nfiles = [\"a.cpp\"]\n"
    "[[lab.step]]\ntitle = \"one\"\npoints = 40\n[[lab.step]]\ntitle = \"two\"\npoints = 60\n";

TEST_F(BookTest, LabIsFoundByItsNumberAndItsNames) {
  EXPECT_EQ(refusal(kGood), "");
  const Manifest manifest = Manifest::load(folder).value();
  for (const char* name : {"01", "1", "first", "01-first"}) {
    const auto lab = manifest.find(name);
    ASSERT_TRUE(lab.has_value()) << name;
    EXPECT_EQ((*lab)->points(), 100u);
    EXPECT_EQ((*lab)->folder, folder / "01-first");
  }
  EXPECT_THAT(manifest.find("2").error().sentence, AllOf(HasSubstr("no lab 2"), HasSubstr("01-first")));
}

TEST_F(BookTest, ManifestSaysWhichLineIsWrong) {
  EXPECT_THAT(refusal("[[lab]]\nname = 1\n"), AllOf(HasSubstr("line 2"), HasSubstr("name must be a text")));
  EXPECT_THAT(refusal(std::string(kGood) + "color = 3\n"),
              AllOf(HasSubstr("line 12"), HasSubstr("color means nothing")));
  EXPECT_THAT(refusal("[[lab]\n"), HasSubstr("line 1"));
  EXPECT_THAT(refusal("[[lab]]\nname = \"first\"\ntitle = \"\"\nabout = \"\"\nfiles = "
                      "[]\n[[lab.step]]\ntitle = \"a\"\npoints = -1\n"),
              HasSubstr("points must be a number"));
  EXPECT_THAT(refusal(""), HasSubstr("a list of tables"));
  std::filesystem::remove(folder / "labs.toml");
  EXPECT_THAT(Manifest::load(folder).error().sentence, HasSubstr("labs.toml cannot be read"));
}

TEST_F(BookTest, HintsBelongToTheirStep) {
  write("labs.toml", kGood);
  write("01-first/hints.md",
        "# Hints\n\n## Step 1\n- weak\n- strong,\n  on two lines\n\n## Step 10\n- ten\n");
  const Manifest manifest = Manifest::load(folder).value();
  const Lab& lab = manifest.labs().front();
  EXPECT_THAT(hints(lab, 1).value(), ElementsAre("weak", "strong,\non two lines"));
  EXPECT_THAT(hints(lab, 2).value(), IsEmpty());
  EXPECT_THAT(hints(lab, 10).value(), ElementsAre("ten"));
}

TEST_F(BookTest, WrongSolutionsAreReadWithTheirEdits) {
  write("labs.toml", kGood);
  write("01-first/wrong/late.toml",
        "title = \"Late\"\nstep = 2\nalso = [3]\nsays = \"x\"\n[[edit]]\nfile = \"a.cpp\"\nfind = "
        "\"1\"\nreplace = \"2\"\n");
  const Manifest manifest = Manifest::load(folder).value();
  const auto all = wrong_solutions(manifest.labs().front()).value();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "late");
  EXPECT_EQ(all[0].step, 2u);
  EXPECT_THAT(all[0].also, ElementsAre(3));
  EXPECT_EQ(all[0].edits[0].find, "1");
}

Verdict some_verdict() {
  Verdict verdict{.lab = "01-first"};
  verdict.steps.push_back({1, "one", 40, 40, std::nullopt});
  verdict.steps.push_back({2, "two", 0, 60,
                           Finding{.expected = "a",
                                   .got = "b\nc",
                                   .why = "d",
                                   .symbol = "lab::f+0x2",
                                   .file = "a.cpp",
                                   .line = 7,
                                   .instructions = 1234567,
                                   .recording = "step-2.recording",
                                   .screen = {{"r"}, {"07"}}}});
  return verdict;
}

TEST(Verdict, ComesBackFromJsonAsItWas) {
  const Verdict verdict = some_verdict();
  EXPECT_EQ(verdict_from_json(to_json(verdict)), verdict);
  Verdict refused{.lab = "01-first",
                  .status = Verdict::Status::not_built,
                  .sentence = "No.",
                  .compiler_says = "\xff\" error"};
  const auto back = verdict_from_json(to_json(refused));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->status, Verdict::Status::not_built);
  EXPECT_EQ(back->compiler_says, "\xEF\xBF\xBD\" error") << "what is no UTF-8 becomes U+FFFD";
}

TEST(Verdict, BrokenJsonIsAnErrorAndNoCrash) {
  for (const char* text :
       {"", "{", "[]", "{\"lab\":1}",
        "{\"lab\":\"a\",\"status\":\"checked\",\"sentence\":\"\",\"compiler-says\":\"\",\"steps\":[1]}"})
    EXPECT_THAT(verdict_from_json(text).error().sentence, HasSubstr("no verdict")) << text;
}

TEST(Verdict, PassesOnlyWithAllPoints) {
  Verdict verdict = some_verdict();
  EXPECT_FALSE(verdict.passed());
  verdict.steps[1] = {2, "two", 60, 60, std::nullopt};
  EXPECT_TRUE(verdict.passed());
  verdict.status = Verdict::Status::not_built;
  EXPECT_FALSE(verdict.passed());
}

TEST(Report, SaysExpectedGotWhyAndWhere) {
  Lab lab{.name = "01-first", .title = "First"};
  const std::string text = report(lab, some_verdict(), {.open = "open --step {step}"});
  EXPECT_THAT(text, HasSubstr("  ok     1  one"));
  EXPECT_THAT(text, HasSubstr("  FAIL   2  two"));
  EXPECT_THAT(text, HasSubstr("expected  a\n"));
  EXPECT_THAT(text, HasSubstr("got       b\n                     c\n"));
  EXPECT_THAT(text, HasSubstr("where     lab::f+0x2, a.cpp:7, instruction 1,234,567\n"));
  EXPECT_THAT(text, HasSubstr("look      open --step 2\n"));
  EXPECT_THAT(text, HasSubstr("40 of 100 points."));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "colours only where they are asked for";
}

TEST(Report, ShowsTheCompilersWordsBeforeAnythingElse) {
  Lab lab{.name = "01-first", .title = "First", .steps = {{"one", 40}}};
  const Verdict verdict{.lab = lab.name,
                        .status = Verdict::Status::not_built,
                        .sentence = "It does not compile.",
                        .compiler_says = "a.cpp:3: error: no\n"};
  EXPECT_EQ(report(lab, verdict),
            "Lab 01: First\n\nIt does not compile.\n\na.cpp:3: error: no\n\n0 of 40 points.\n");
}

TEST(Answer, IsComparedByWhatItMeans) {
  EXPECT_TRUE(same_answer("0x8", "8"));
  EXPECT_TRUE(same_answer(" 0xffff'ffff ", "0xffffffff"));
  EXPECT_TRUE(same_answer("IST 1", "ist 1"));
  EXPECT_FALSE(same_answer("8", "9"));
  EXPECT_FALSE(same_answer("", "0"));
  EXPECT_FALSE(same_answer("10", "0x10"));
}

}  // namespace
}  // namespace ringside::labs
