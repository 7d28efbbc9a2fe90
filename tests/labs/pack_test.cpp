// SPDX-License-Identifier: GPL-2.0-or-later
// What is uploaded to grading services: unpacked into a folder that stands for the service's root, its script
// grades a submission with the program that is built here.
#include "labs/grade/pack.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "class_folder.h"
#include "labs/build/process.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;
using Json = nlohmann::json;
using namespace testing;

class PackTest : public ClassFolder {
 protected:
  // Unpacks the service's zip into `to`.
  void unpacked(const std::string& service, const path& to) {
    const path zip = root / (service + ".zip");
    const auto made = write_pack(here, vga_lab(), service, zip);
    ASSERT_TRUE(made.has_value()) << made.error().sentence;
    std::filesystem::create_directories(to);
    const auto result = run_process({"cmake", "-E", "tar", "xf", zip.string()}, to);
    ASSERT_TRUE(result && result->ok()) << (result ? result->output : result.error().sentence);
  }
  ProcessResult run(std::vector<std::string> command) {
    command.insert(command.begin(), {"env", "RINGSIDE_GRADE=" + (here.built / "ringside-grade").string()});
    const auto result = run_process(command, root, {.cpu_seconds = 120});
    EXPECT_TRUE(result.has_value());
    return result.value_or(ProcessResult{});
  }
  bool runs(const path& file) {
    return (std::filesystem::status(file).permissions() & std::filesystem::perms::owner_exec) !=
           std::filesystem::perms::none;
  }

  Installation here = built_installation();
};

TEST_F(PackTest, GradescopesScriptGradesASubmission) {
  unpacked("gradescope", root / "autograder/source");
  ASSERT_TRUE(runs(root / "autograder/source/run_autograder"));
  ASSERT_TRUE(std::filesystem::exists(root / "autograder/source/setup.sh"));
  write_text(root / "autograder/submission/screen.cpp", wrong("colors-swapped"));
  const auto result =
      run({"AUTOGRADER_ROOT=" + (root / "autograder").string(), "autograder/source/run_autograder"});
  ASSERT_TRUE(result.ok()) << result.output;
  const Json json = Json::parse(text_of(root / "autograder/results/results.json"));
  EXPECT_EQ(json["score"], 55);
  EXPECT_EQ(json["tests"].size(), 5u);
  EXPECT_EQ(json["tests"][0]["status"], "failed");
}

TEST_F(PackTest, PrairieLearnsScriptGradesASubmission) {
  unpacked("prairielearn", root / "ringside");
  write_text(root / "grade/student/screen.cpp", solution());
  const auto result = run({"GRADE_ROOT=" + (root / "grade").string(),
                           "RINGSIDE_PACK=" + (root / "ringside").string(), "ringside/run_prairielearn.sh"});
  ASSERT_TRUE(result.ok()) << result.output;
  const Json json = Json::parse(text_of(root / "grade/results/results.json"));
  EXPECT_EQ(json["gradable"], true);
  EXPECT_EQ(json["score"], 1.0);
  EXPECT_THAT(Json::parse(text_of(root / "ringside/info.json"))["externalGradingOptions"]["entrypoint"]
                  .get<std::string>(),
              StrEq("/ringside/run_prairielearn.sh"));
}

TEST_F(PackTest, NothingHandedInIsAResultToo) {
  unpacked("gradescope", root / "autograder/source");
  std::filesystem::create_directories(root / "autograder/submission");
  ASSERT_TRUE(
      run({"AUTOGRADER_ROOT=" + (root / "autograder").string(), "autograder/source/run_autograder"}).ok());
  const Json json = Json::parse(text_of(root / "autograder/results/results.json"));
  EXPECT_EQ(json["score"], 0);
  EXPECT_THAT(json["output"].get<std::string>(), HasSubstr("screen.cpp is missing"));
}

TEST_F(PackTest, HoldsWhatABuildTakesAndOfWhatWasBuiltUnicornAlone) {
  unpacked("gradescope", root / "pack");
  for (const char* file :
       {"ringside/CMakeLists.txt", "ringside/CMakePresets.json", "ringside/cmake/fetch_unicorn.sh",
        "ringside/kernel/CMakeLists.txt", "ringside/sim/CMakeLists.txt", "ringside/labs/labs.toml",
        "ringside/labs/02-vga-text/check.cpp", "run.sh", "README.md"})
    EXPECT_TRUE(std::filesystem::exists(root / "pack" / file)) << file;
  EXPECT_TRUE(runs(root / "pack/ringside/ringside"));
  // Nothing of the build but Unicorn.
  const path deps = root / "pack/ringside/build/deps";
  EXPECT_TRUE(std::filesystem::exists(deps / "unicorn/include/unicorn/unicorn.h"));
  EXPECT_FALSE(std::filesystem::is_empty(deps / "unicorn/lib"));
  const auto count = [](const path& folder) {
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
  };
  EXPECT_EQ(count(deps), 1);
  EXPECT_EQ(count(deps.parent_path()), 1);
  for (const char* script : {"setup.sh", "run.sh", "run_autograder"})
    EXPECT_THAT(text_of(root / "pack" / script), Not(HasSubstr("@LAB@"))) << script;
}

TEST_F(PackTest, LockedForNobodyIsAllButWhatASubmissionIsBuiltWith) {
  const path project = root / "project", release = project / "build/release";
  const path readable[]{release / "kernel/modules/compile.rsp", release / "kernel/modules/link.rsp",
                        release / "labs/02-vga-text/libkernel.a", project / "kernel/lib/print.h",
                        project / "labs/02-vga-text/given/screen.h"};
  const path closed[]{release / "kernel/modules/libkernel.a",
                      release / "kernel/kernel.elf",
                      release / "kernel/objects/lib/memory.cpp.o",
                      release / "labs/02-vga-text/solution.elf",
                      release / "labs/02-vga-text/given/main.cpp.o",
                      release / "labs/01-freestanding/libkernel.a",
                      release / "labs/ringside-check",
                      project / "kernel/lib/memory.cpp",
                      project / "kernel/boot/boot.S",
                      project / "labs/02-vga-text/check.cpp",
                      project / "labs/02-vga-text/solution/screen.cpp",
                      project / "labs/02-vga-text/wrong/one.toml"};
  for (const path& file : readable) write_text(file, "x");
  for (const path& file : closed) write_text(file, "x");
  const auto locked = run_process(
      {(path(RINGSIDE_SOURCE_FOLDER) / "labs/grade/pack/lock.sh").string(), project.string(), "02-vga-text"},
      root);
  ASSERT_TRUE(locked && locked->ok()) << locked->output;
  // Whoever is not the owner: each folder on the way is to be passed through.
  const auto others_read = [&](const path& file) {
    using std::filesystem::perms;
    for (path folder = file.parent_path(); folder != root; folder = folder.parent_path())
      if ((std::filesystem::status(folder).permissions() & perms::others_exec) == perms::none) return false;
    return (std::filesystem::status(file).permissions() & perms::others_read) != perms::none;
  };
  for (const path& file : readable) EXPECT_TRUE(others_read(file)) << file;
  for (const path& file : closed) EXPECT_FALSE(others_read(file)) << file;
}

TEST_F(PackTest, TheSameFilesGiveTheSameBytes) {
  ASSERT_TRUE(write_pack(here, vga_lab(), "gradescope", root / "one.zip").has_value());
  ASSERT_TRUE(write_pack(here, vga_lab(), "gradescope", root / "two.zip").has_value());
  EXPECT_EQ(text_of(root / "one.zip"), text_of(root / "two.zip"));
  EXPECT_THAT(write_pack(here, vga_lab(), "moodle", root / "x.zip").error().sentence,
              HasSubstr("There is no pack"));
}

}  // namespace
}  // namespace ringside::labs
