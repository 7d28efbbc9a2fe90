// SPDX-License-Identifier: GPL-2.0-or-later
// `ringside grade` as a program: what it says, and how it ends.
#include <gmock/gmock.h>

#include "class_folder.h"
#include "labs/build/process.h"
#include "labs/build/sandbox.h"
#include "labs/grader/progress_bar.h"

namespace ringside::labs {
namespace {

using namespace testing;

class GraderTest : public ClassFolder {
 protected:
  ProcessResult grade(std::vector<std::string> words, const std::string& environment = "A=B") {
    words.insert(words.begin(),
                 {"env", environment, (built_installation().built / "ringside-grade").string()});
    const auto result = run_process(words, root, {.cpu_seconds = 120});
    EXPECT_TRUE(result.has_value());
    return result.value_or(ProcessResult{});
  }
};

TEST_F(GraderTest, AClassIsGradedAndSummarized) {
  if (!sandbox_works()) GTEST_SKIP() << sandbox_works().error().sentence;
  hand_in("ann", solution());
  hand_in("bob", "int x = ;");
  const ProcessResult result = grade({"in", "--lab", "2", "--out", "out"});
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("2 submissions: 1 checked, 1 not-built; 1 with all points."));
  EXPECT_THAT(result.output, HasSubstr("[##########] 2 of 2"));
  EXPECT_THAT(text_of(root / "out/results.csv"), HasSubstr("ann,checked,100,100,20,20,25,25,10,"));
}

// The compiler of a computer without sandbox would see that computer's files.
TEST_F(GraderTest, WithoutASandboxItRefusesUnlessToldOtherwise) {
  hand_in("ann", solution());
  std::filesystem::create_directories(root / "bin");
  for (const char* program : {"env", "true"})
    std::filesystem::create_symlink(std::filesystem::path("/usr/bin") / program, root / "bin" / program);
  const std::string path = "PATH=" + (root / "bin").string();
  const ProcessResult refused = grade({"in", "--lab", "02", "--out", "out"}, path);
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("bubblewrap is not installed"), HasSubstr("--no-sandbox")));
  EXPECT_FALSE(std::filesystem::exists(root / "out/results.json"));
  const ProcessResult told = grade({"in", "--lab", "02", "--out", "out", "--no-sandbox"});
  EXPECT_EQ(told.status, 0) << told.output;
  EXPECT_THAT(told.output, AllOf(HasSubstr("--no-sandbox: the compiler"), HasSubstr("1 with all points")));
}

TEST_F(GraderTest, ASingleSubmissionIsCalledByItsRealNameAndNothingOfOthersIsTouched) {
  if (!sandbox_works()) GTEST_SKIP() << sandbox_works().error().sentence;
  hand_in("ann", solution());
  write_text(root / "in/ann/package.json", "mine");
  write_text(root / "in/ann/report.txt", "mine");
  const ProcessResult result = grade({"in/ann/.", "--single", "--lab", "02", "--out", "in"});
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_TRUE(std::filesystem::exists(root / "in/ann/report.md"));
  EXPECT_EQ(text_of(root / "in/ann/package.json") + text_of(root / "in/ann/report.txt"), "minemine");
  EXPECT_THAT(grade({"/", "--single", "--lab", "02"}).output, HasSubstr("it has no name"));
}

TEST_F(GraderTest, MistakesInTheCommandAreASentence) {
  EXPECT_THAT(grade({"nowhere", "--lab", "02"}).output, HasSubstr("nowhere cannot be read"));
  EXPECT_THAT(grade({"in", "--lab", "02"}).output, HasSubstr("There is nothing to grade in in"));
  EXPECT_THAT(grade({"in", "--lab", "99"}).output, HasSubstr("There is no lab 99"));
  EXPECT_THAT(grade({"in", "--lab", "02", "--format", "yaml"}).output, HasSubstr("There is no format yaml"));
  EXPECT_THAT(grade({"in", "--lab", "02", "--out", "in"}).output,
              HasSubstr("name another folder with --out"));
  EXPECT_THAT(grade({"--lab", "02"}).output, HasSubstr("Which submissions?"));
  EXPECT_THAT(grade({"--pack", "moodle", "--lab", "02"}).output, HasSubstr("There is no pack for moodle"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"in"}, {"in", "--lab", "02", "--jobs", "0"}})
    EXPECT_EQ(grade(words).status, 2);
  const ProcessResult help = grade({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output,
              AllOf(HasSubstr("Examples:"), HasSubstr("--pack gradescope"), HasSubstr("Exit status")));
}

TEST(ProgressLine, TellsRateAndWhatIsLeft) {
  EXPECT_EQ(progress_line({.done = 50, .of = 200}, 25, 8), "[##......] 50 of 200, 2.0 a second, 1:15 left");
  EXPECT_EQ(progress_line({.done = 200, .of = 200}, 100, 4), "[####] 200 of 200, 2.0 a second");
}

// What was known already says nothing of how long the rest takes.
TEST(ProgressLine, LeavesTheCacheOutOfTheRate) {
  EXPECT_EQ(progress_line({.done = 110, .of = 210, .at_once = 4, .from_cache = 96}, 10, 2),
            "[#.] 110 of 210, 1.0 a second, 1:40 left");
  EXPECT_EQ(progress_line({.done = 10, .of = 20, .from_cache = 10}, 1, 2), "[#.] 10 of 20");
}

}  // namespace
}  // namespace ringside::labs
