// SPDX-License-Identifier: GPL-2.0-or-later
// Every lab keeps its promises: the start fails each step, the solution passes in full, and each wrong
// solution fails at the step meant for it, with its explanation.
//   usage: labs_test [--gtest_filter=...]; the environment variable RINGSIDE_LABS names the folder of the lab
//   programs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "labs/book/report.h"
#include "labs/build/check.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;
using namespace testing;

Installation installation() {
  const path built = std::getenv("RINGSIDE_LABS");
  return {RINGSIDE_SOURCE_FOLDER, built.parent_path() / "kernel/modules", built, built / "ringside-check"};
}

const Manifest& manifest() {
  static const Manifest loaded = Manifest::load(path(RINGSIDE_SOURCE_FOLDER) / "labs").value();
  return loaded;
}

class LabTest : public Test {
 public:
  LabTest(const Lab& lab) : lab(lab) {
    work = path(TempDir()) / fmt::format("labs_test-{}-{}", lab.name, ::getpid());
  }
  ~LabTest() override {
    std::error_code error;
    std::filesystem::remove_all(work, error);
  }
  Verdict check(const Submission& submission) {
    return check_submission(installation(), lab, submission, work, Confinement::none);
  }

  const Lab& lab;
  path work;
};

// Each step of the start fails: nobody gets a point for nothing.
class StartFails : public LabTest {
 public:
  using LabTest::LabTest;
  void TestBody() override {
    const Verdict verdict = check(read_submission(lab, lab.start()));
    ASSERT_EQ(verdict.status, Verdict::Status::checked) << verdict.sentence << "\n" << verdict.compiler_says;
    for (const StepResult& step : verdict.steps)
      EXPECT_FALSE(step.passed()) << "step " << step.number << " passes with the start";
  }
};

class SolutionPasses : public LabTest {
 public:
  using LabTest::LabTest;
  void TestBody() override {
    const Verdict verdict = check(read_submission(lab, lab.solution()));
    EXPECT_TRUE(verdict.passed()) << report(lab, verdict);
    // The same image as the reference that was built with the project.
    EXPECT_EQ(verdict.compiler_says, "");
    const auto asked = questions(installation(), lab, work / "kernel.elf", 1);
    ASSERT_TRUE(asked.has_value()) << asked.error().sentence;
    EXPECT_GE(asked->size(), 2u) << "a lab asks two questions at least";
    for (const Question& question : *asked) EXPECT_THAT(question.answer, Not(IsEmpty())) << question.text;
    for (unsigned step = 1; step <= lab.steps.size(); ++step)
      EXPECT_THAT(hints(lab, step).value(), SizeIs(Ge(1u))) << "step " << step << " has no hint";
  }
};

class WrongFails : public LabTest {
 public:
  WrongFails(const Lab& lab, WrongSolution wrong) : LabTest(lab), wrong_(std::move(wrong)) {}
  void TestBody() override {
    Submission submission = read_submission(lab, lab.solution());
    for (const WrongSolution::Edit& edit : wrong_.edits) {
      const auto file = std::ranges::find(submission.files, edit.file, &SubmittedFile::name);
      ASSERT_NE(file, submission.files.end()) << edit.file;
      const auto at = file->text.find(edit.find);
      ASSERT_NE(at, std::string::npos) << "not in " << edit.file << ": " << edit.find;
      ASSERT_EQ(file->text.find(edit.find, at + 1), std::string::npos)
          << "twice in " << edit.file << ": " << edit.find;
      file->text.replace(at, edit.find.size(), edit.replace);
    }
    const Verdict verdict = check(submission);
    if (!wrong_.builds) {
      EXPECT_EQ(verdict.status, Verdict::Status::not_built) << report(lab, verdict);
      EXPECT_THAT(verdict.sentence, HasSubstr(wrong_.says)) << report(lab, verdict);
      EXPECT_THAT(verdict.compiler_says, Not(IsEmpty()))
          << "the compiler's own words are for the student too";
      return;
    }
    ASSERT_EQ(verdict.status, Verdict::Status::checked) << verdict.sentence << "\n" << verdict.compiler_says;
    std::vector<unsigned> failed, meant{wrong_.step};
    meant.insert(meant.end(), wrong_.also.begin(), wrong_.also.end());
    for (const StepResult& step : verdict.steps)
      if (!step.passed()) failed.push_back(step.number);
    EXPECT_EQ(failed, meant) << report(lab, verdict);
    if (failed.empty()) return;
    const Finding& finding = *verdict.steps[failed.front() - 1].finding;
    EXPECT_THAT(finding.expected + "\n" + finding.got + "\n" + finding.why, HasSubstr(wrong_.says))
        << report(lab, verdict);
    // An image that no loader takes has no instant to point at.
    if (finding.expected == "an image that a boot loader can start") return;
    EXPECT_THAT(finding.symbol, Not(IsEmpty())) << "the student is not told where\n" << report(lab, verdict);
    EXPECT_GT(finding.instructions, 0u);
  }

 private:
  WrongSolution wrong_;
};

// Six of the kind that students hand in, and no file in a lab's folder that nobody knows of.
class IsComplete : public LabTest {
 public:
  using LabTest::LabTest;
  void TestBody() override {
    EXPECT_THAT(wrong_solutions(lab).value(), SizeIs(Ge(6u)));
    EXPECT_TRUE(std::filesystem::is_regular_file(lab.readme()));
    for (const path& folder : {lab.start(), lab.solution()}) {
      std::vector<std::string> there;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
          there.push_back(std::filesystem::relative(entry.path(), folder).string());
      EXPECT_THAT(there, UnorderedElementsAreArray(lab.files)) << folder;
    }
    for (const auto& entry : std::filesystem::directory_iterator(lab.folder / "wrong"))
      EXPECT_EQ(entry.path().extension(), ".toml") << entry.path();
    std::ifstream in(lab.readme());
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    for (unsigned step = 1; step <= lab.steps.size(); ++step)
      EXPECT_THAT(text, HasSubstr(fmt::format("## Step {}: {}\n", step, lab.steps[step - 1].title)))
          << "README.md";
  }
};

void register_all() {
  for (const Lab& lab : manifest().labs()) {
    const auto add = [&](const std::string& name, std::function<Test*()> make) {
      RegisterTest(("Lab" + lab.number()).c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                   std::move(make));
    };
    add("start fails", [&lab] { return new StartFails(lab); });
    add("solution passes", [&lab] { return new SolutionPasses(lab); });
    add("is complete", [&lab] { return new IsComplete(lab); });
    const std::vector<WrongSolution> all = wrong_solutions(lab).value();
    for (const WrongSolution& wrong : all)
      add("wrong: " + wrong.name, [&lab, wrong] { return new WrongFails(lab, wrong); });
  }
}

}  // namespace
}  // namespace ringside::labs

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  ringside::labs::register_all();
  return RUN_ALL_TESTS();
}
