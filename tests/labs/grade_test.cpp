// SPDX-License-Identifier: GPL-2.0-or-later
// A class is graded: what is found, what is not found again, and what happens when a worker dies.
#include "labs/grade/grade.h"

#include <gmock/gmock.h>

#include "class_folder.h"
#include "labs/grade/formats.h"
#include "labs/grade/results.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;
using namespace testing;

class GradeTest : public ClassFolder {
 protected:
  GradeTest() : here(built_installation()) {}

  std::vector<Graded> graded(unsigned jobs = 2, std::uint64_t seed = 1) {
    auto all = grade(here, vga_lab(), entries(root / "in").value(),
                     {.cache = root / "cache",
                      .jobs = jobs,
                      .seed = seed,
                      .confinement = Confinement::none,
                      .progress = [&](const Progress& progress) { last = progress; }});
    EXPECT_TRUE(all.has_value()) << all.error().sentence;
    return all.value_or(std::vector<Graded>{});
  }
  void a_class() {
    hand_in("ann", solution());
    hand_in("bea", wrong("scroll-a-row-too-far"));
    hand_in("cid", wrong("colors-swapped"));
    hand_in("don", "int x = ;");
    hand_in("eli", "");
    std::filesystem::create_directories(root / "in/fox");
    hand_in("gus", start());
  }
  // Likewise in the place of the compiler.
  void compiler(const std::string& script) {
    const std::string real = text_of(built_installation().modules / "compiler");
    here.modules = root / "modules";
    std::filesystem::remove_all(here.modules);
    std::filesystem::copy(built_installation().modules, here.modules);
    const path file = root / "compiler";
    write_text(file, fmt::format("#!/bin/sh\nreal={}\nroot={}\n{}\n", real.substr(0, real.find('\n')),
                                 root.string(), script));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    write_text(here.modules / "compiler", file.string() + "\n");
  }
  // Another program in the place of the checker: a script that gets the real one's arguments.
  void checker(const std::string& script) {
    const path file = root / "checker";
    write_text(
        file, fmt::format("#!/bin/sh\nreal={}\nroot={}\n{}\n", here.checker.string(), root.string(), script));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    here.checker = file;
  }

  Installation here;
  Progress last;
};

std::vector<std::string> summary(const std::vector<Graded>& all) {
  std::vector<std::string> lines;
  for (const Graded& one : all)
    lines.push_back(fmt::format("{} {} {}", one.student, name(one.verdict.status), one.verdict.points()));
  return lines;
}

TEST_F(GradeTest, EachSubmissionGetsItsVerdict) {
  a_class();
  const auto all = graded();
  EXPECT_THAT(summary(all), ElementsAre("ann checked 100", "bea checked 65", "cid checked 55",
                                        "don not-built 0", "eli empty 0", "fox missing 0", "gus checked 0"));
  for (const Graded& one : all) EXPECT_EQ(one.verdict.out_of(), 100u) << one.student;
  EXPECT_TRUE(std::filesystem::exists(all[1].artifacts / all[1].verdict.steps[4].finding->recording));
}

TEST_F(GradeTest, NothingIsFoundTwiceWhileNothingChanges) {
  a_class();
  const auto first = class_json(vga_lab(), graded(), 1);
  EXPECT_EQ(last.from_cache, 0u);
  const auto again = class_json(vga_lab(), graded(), 1);
  EXPECT_EQ(first, again);
  EXPECT_EQ(last.from_cache, 5u);
  EXPECT_EQ(last.building, 0);
  hand_in("bea", solution());
  const auto changed = graded();
  EXPECT_EQ(last.from_cache, 5u) << "bea's is ann's now";
  EXPECT_EQ(changed[1].verdict.points(), 100u);
  graded(2, 7);
  EXPECT_EQ(last.from_cache, 0u) << "the check is another one by another seed";
}

TEST_F(GradeTest, TheOrderAndTheNumberOfWorkersMakeNoDifference) {
  a_class();
  for (int i = 0; i < 3; ++i) hand_in(fmt::format("more{}", i), solution() + fmt::format("// {}\n", i));
  auto one_by_one = class_json(vga_lab(), graded(1), 1);
  std::filesystem::remove_all(root / "cache");
  auto forward = entries(root / "in").value();
  std::vector<Entry> backward(forward.rbegin(), forward.rend());
  auto other =
      grade(here, vga_lab(), backward, {.cache = root / "cache", .jobs = 4, .confinement = Confinement::none})
          .value();
  std::ranges::sort(other, {}, &Graded::student);
  EXPECT_EQ(class_json(vga_lab(), other, 1), one_by_one);
}

TEST_F(GradeTest, EqualSubmissionsAreCheckedOnce) {
  hand_in("one", solution());
  hand_in("two", solution());
  checker("echo x >> $root/calls; exec $real \"$@\"");
  EXPECT_THAT(summary(graded()), ElementsAre("one checked 100", "two checked 100"));
  EXPECT_EQ(text_of(root / "calls"), "x\n");
}

TEST_F(GradeTest, ADeadWorkerLosesNothing) {
  a_class();
  checker("if [ ! -e $root/died ]; then touch $root/died; kill -SEGV $$; fi; exec $real \"$@\"");
  EXPECT_THAT(summary(graded(1)), Contains("ann checked 100"));
  EXPECT_TRUE(std::filesystem::exists(root / "died"));
}

TEST_F(GradeTest, ACheckThatNeverEndsWellIsSaidAndNotKept) {
  hand_in("ann", solution());
  hand_in("don", "int x = ;");
  checker("kill -SEGV $$");
  const auto all = graded();
  EXPECT_THAT(summary(all), ElementsAre("ann not-checked 0", "don not-built 0"));
  EXPECT_THAT(all[0].verdict.sentence, HasSubstr("did not come to an end"));
  graded();
  EXPECT_EQ(last.from_cache, 1u);
}

// What a computer without memory or room does to an honest submission is not the student's.
TEST_F(GradeTest, ACompilerThatSomebodyEndsIsStartedAgain) {
  hand_in("ann", solution());
  compiler("if [ ! -e $root/ended ]; then touch $root/ended; kill -KILL $$; fi; exec $real \"$@\"");
  EXPECT_THAT(summary(graded(1)), ElementsAre("ann checked 100"));
  EXPECT_TRUE(std::filesystem::exists(root / "ended"));
  hand_in("bea", wrong("colors-swapped"));
  compiler("echo 'g++: fatal error: Killed signal terminated program cc1plus'; exit 1");
  EXPECT_THAT(summary(graded(1)), Contains("bea not-checked 0"));
  EXPECT_EQ(last.from_cache, 0u);
}

TEST_F(GradeTest, ACompilerThatSpeaksOfAFullDiskIsNotBelievedWhereThereIsRoom) {
  hand_in("ann", solution());
  compiler("echo 'screen.cpp: error: No space left on device'; exit 1");
  EXPECT_THAT(summary(graded(1)), ElementsAre("ann not-built 0"));
}

// The cases in which a computer's own places would show.
TEST_F(GradeTest, TheCompilersWordsAreTheSameOnEachComputer) {
  hand_in("ann", solution() + "\n#include \"lib/print.h\"\nint x = kernel::nothing;\n");
  hand_in("bea", "#include \"screen.h\"\n");
  for (const Graded& one : graded()) {
    EXPECT_EQ(one.verdict.status, Verdict::Status::not_built) << one.student;
    EXPECT_THAT(one.verdict.compiler_says,
                Not(AnyOf(HasSubstr(here.sources.string()), HasSubstr(here.built.string()))))
        << one.student;
  }
}

TEST_F(GradeTest, ACheckThatTakesTheProcessorForItselfIsGivenUpWithoutPoints) {
  checker("while :; do :; done");
  const path image = root / "image/kernel.elf";
  write_text(image, text_of(here.solution_image(vga_lab())));
  const Verdict verdict = check_image(here, vga_lab(), image, {.cpu_seconds = 1});
  EXPECT_EQ(verdict.status, Verdict::Status::checked);
  EXPECT_EQ(verdict.points(), 0u);
  ASSERT_EQ(verdict.steps.size(), vga_lab().steps.size());
  EXPECT_THAT(verdict.steps[0].finding->got, HasSubstr("The check was given up"));
}

TEST_F(GradeTest, AnInterruptedClassGoesOn) {
  a_class();
  // As after a crash: one verdict is there, and a worker's folder that nobody cleans up.
  const auto all = entries(root / "in").value();
  ASSERT_TRUE(grade(here, vga_lab(), {all[0]}, {.cache = root / "cache", .confinement = Confinement::none}));
  write_text(root / "cache/work-0/kernel.elf", "half");
  write_text(root / "cache/0123/verdict.json", "{\"lab\":");
  EXPECT_THAT(summary(graded()), Contains("bea checked 65"));
  EXPECT_EQ(last.from_cache, 1u);
}

TEST_F(GradeTest, ADamagedCacheEntryIsMadeAnew) {
  hand_in("bea", wrong("scroll-a-row-too-far"));
  const auto first = graded();
  write_text(first[0].artifacts / "verdict.json", "{}");
  EXPECT_EQ(graded()[0].verdict, first[0].verdict);
  Verdict damaged = first[0].verdict;
  damaged.steps[0].points = 4294967295;
  for (const std::string& text : {to_json(damaged), to_json(Verdict{.lab = damaged.lab})}) {
    write_text(first[0].artifacts / "verdict.json", text);
    EXPECT_EQ(graded()[0].verdict, first[0].verdict);
  }
}

TEST_F(GradeTest, TwoGradersDoNotShareACache) {
  hand_in("ann", solution());
  std::string refusal;
  auto outer = grade(
      here, vga_lab(), entries(root / "in").value(),
      {.cache = root / "cache", .confinement = Confinement::none, .progress = [&](const Progress&) {
         auto inner = grade(here, vga_lab(), {}, {.cache = root / "cache", .confinement = Confinement::none});
         if (!inner) refusal = inner.error().sentence;
       }});
  EXPECT_TRUE(outer.has_value());
  EXPECT_THAT(refusal, HasSubstr("Another ringside grade is at work"));
}

TEST(FolderOf, NoTwoStudentsShareOne) {
  EXPECT_EQ(folder_of("ann"), "ann");
  const std::set<std::string> folders{folder_of("index.html"), folder_of("_index.html"),
                                      folder_of("__index.html")};
  EXPECT_EQ(folders.size(), 3u);
  EXPECT_FALSE(folders.contains("index.html"));
}

TEST_F(GradeTest, TheReportsAreThereAndLeadToTheMoment) {
  a_class();
  const auto all = graded();
  ASSERT_TRUE(write_results(vga_lab(), all, formats_from({"json", "csv", "junit", "gradescope"}).value(),
                            root / "out", 1));
  for (const char* file :
       {"results.json", "results.csv", "junit.xml", "index.html", "ann/report.md", "ann/report.html",
        "ann/gradescope.json", "bea/kernel.elf", "bea/step-5.recording", "bea/screen-5.svg"})
    EXPECT_TRUE(std::filesystem::exists(root / "out" / file)) << file;
  EXPECT_FALSE(std::filesystem::exists(root / "out/ann/kernel.elf")) << "nothing failed there";
  const std::string page = text_of(root / "out/bea/report.html"), text = text_of(root / "out/bea/report.md");
  const Finding& finding = *all[1].verdict.steps[4].finding;
  EXPECT_THAT(page, AllOf(HasSubstr("65 of 100 points"), HasSubstr("<svg"), HasSubstr("step-5.recording")));
  EXPECT_THAT(text, AllOf(HasSubstr(fmt::format("--to {}", finding.instructions)), HasSubstr("screen-5.svg"),
                          HasSubstr(finding.why)));
  // Once more, better: what was wrong is not there any longer.
  hand_in("bea", solution() + "\n");
  ASSERT_TRUE(write_results(vga_lab(), graded(), {}, root / "out", 1));
  EXPECT_FALSE(std::filesystem::exists(root / "out/bea/step-5.recording"));
}

}  // namespace
}  // namespace ringside::labs
