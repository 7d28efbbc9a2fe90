// SPDX-License-Identifier: GPL-2.0-or-later
// Submissions that mean harm, in hostile/: a folder each, whose screen.cpp says in its second line what has
// to come out. They are graded in one class with honest ones, in the sandbox.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <regex>

#include "class_folder.h"
#include "labs/build/process.h"
#include "labs/build/sandbox.h"
#include "labs/grade/results.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;
using namespace testing;

constexpr const char* kSecret = "the-secret-of-this-host-4711";

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (std::size_t at; (at = text.find(what)) != std::string::npos;) text.replace(at, what.size(), by);
  return text;
}

std::set<path> everything_below(const path& folder) {
  std::set<path> all;
  for (const auto& one : std::filesystem::recursive_directory_iterator(folder)) all.insert(one.path());
  return all;
}

class HostileTest : public ClassFolder {
 protected:
  void SetUp() override {
    if (const auto works = sandbox_works(); !works) GTEST_SKIP() << works.error().sentence;
  }
  void hand_in_corpus() {
    write_text(root / "secret", kSecret);
    for (const auto& one :
         std::filesystem::recursive_directory_iterator(path(RINGSIDE_SOURCE_FOLDER) / "tests/labs/hostile")) {
      if (!one.is_regular_file() || one.path().filename() == ".clang-format") continue;
      std::string text = text_of(one.path());
      text = replaced(std::move(text), "@SECRET@", (root / "secret").string());
      text = replaced(std::move(text), "@SOURCES@", RINGSIDE_SOURCE_FOLDER);
      text = replaced(std::move(text), "@MARKER@", (root / "marker").string());
      text = replaced(std::move(text), "@REFERENCE@", here.solution_image(vga_lab()).string());
      const std::string student = one.path().parent_path().filename().string();
      write_text(root / "in" / student / one.path().filename(), text);
      std::smatch expect;
      const std::regex kExpect("// expect: (\\S+) (\\d+)");
      if (one.path().filename() == "screen.cpp" && std::regex_search(text, expect, kExpect))
        expected[student] = expect[1].str() + " " + expect[2].str();
    }
  }

  Installation here = built_installation();
  std::map<std::string, std::string> expected;
};

TEST_F(HostileTest, NobodyEarnsWhatTheyDidNotAndNobodyStopsTheClass) {
  hand_in_corpus();
  ASSERT_GE(expected.size(), 30u);
  hand_in("honest", solution());
  hand_in("zealous", wrong("number-of-32-bits"));
  expected["honest"] = "checked 100", expected["zealous"] = "checked 75";
  const auto before = everything_below(root);
  const auto all = grade(here, vga_lab(), entries(root / "in").value(),
                         {.cache = root / "cache", .jobs = 2, .confinement = Confinement::sandbox});
  ASSERT_TRUE(all.has_value()) << all.error().sentence;
  for (const Graded& one : *all) {
    EXPECT_EQ(fmt::format("{} {}", name(one.verdict.status), one.verdict.points()), expected[one.student])
        << one.student << ": " << one.verdict.sentence << "\n"
        << one.verdict.compiler_says;
    if (one.verdict.status != Verdict::Status::checked) {
      EXPECT_THAT(one.verdict.sentence, Not(IsEmpty())) << one.student;
    }
  }
  ASSERT_TRUE(
      write_results(vga_lab(), *all,
                    formats_from({"json", "junit", "csv", "gradescope", "prairielearn", "autolab"}).value(),
                    root / "out", 1));
  // Nothing was written but to the cache and the output, and the secret is in none of it.
  for (const path& file : everything_below(root)) {
    const std::string inside = file.lexically_relative(root).string();
    const bool ours = inside.starts_with("cache") || inside.starts_with("out");
    if (!ours) {
      EXPECT_TRUE(before.contains(file)) << file;
    }
    if (ours && std::filesystem::is_regular_file(file)) {
      EXPECT_THAT(text_of(file), Not(HasSubstr(kSecret))) << file;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(root / "marker"));
}

// What the compiler would meet if it were somebody's program.
class SandboxTest : public HostileTest {
 protected:
  ProcessResult inside(const std::string& script, const ProcessLimits& limits = {}) {
    const path work = root / "work";
    write_text(work / "result", "");
    write_text(root / "secret", kSecret);
    auto result = run_process(
        in_sandbox({.read_only = {}, .work = work, .written = work / "result"}, {"bash", "-c", script}), "/",
        limits);
    EXPECT_TRUE(result.has_value());
    return result.value_or(ProcessResult{});
  }
};

TEST_F(SandboxTest, NothingOfTheHostIsThere) {
  EXPECT_THAT(inside("echo /*").output,
              Not(AnyOf(HasSubstr("/home"), HasSubstr("/root"), HasSubstr("/proc"), HasSubstr("/sys"))));
  EXPECT_EQ(inside("echo /dev/*").output, "/dev/null\n");
  const std::string looked =
      inside("cat " + (root / "secret").string() + " /etc/passwd /proc/self/environ; env").output;
  EXPECT_THAT(looked, Not(AnyOf(HasSubstr(kSecret), HasSubstr("root:"), HasSubstr("HOME="))));
}

TEST_F(SandboxTest, OneFileCanBeWrittenAndStays) {
  inside(
      "touch /hand-in/other /usr/other /other /dev/other; ln -sf /etc/passwd /hand-in/result; echo made "
      ">/hand-in/result");
  EXPECT_EQ(text_of(root / "work/result"), "made\n");
  EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(root / "work/result")));
  EXPECT_THAT(everything_below(root / "work"), SizeIs(1));
}

TEST_F(SandboxTest, TheTemporaryFolderIsBounded) {
  const auto result = inside(
      "head -c 100000000 /usr/bin/../lib/x86_64-linux-gnu/libc.so.6 >/dev/null; "
      "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 10000000 <(yes) >/tmp/$i || echo full; done 2>&1");
  EXPECT_THAT(result.output, AnyOf(HasSubstr("No space left"), HasSubstr("full")));
}

TEST_F(SandboxTest, ThereIsNoNetwork) {
  EXPECT_THAT(inside("exec 3<>/dev/tcp/127.0.0.1/22 && echo connected").output, Not(HasSubstr("connected")));
}

TEST_F(SandboxTest, ProcessesAreCountedAndNoneIsLeft) {
  const auto result = inside("for i in $(seq 500); do sleep 1000 & done; wait",
                             {.processes = 64, .wall = std::chrono::seconds(60)});
  EXPECT_FALSE(result.timed_out);
  EXPECT_TRUE(result.too_many || result.output.find("fork") != std::string::npos) << result.output;
}

}  // namespace
}  // namespace ringside::labs
