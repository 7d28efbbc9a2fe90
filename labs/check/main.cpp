// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-check: runs a lab's check on an image, or asks its questions, and prints JSON. A program of its
// own: whatever an image does to it, whoever started it lives on.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "labs/book/manifest.h"
#include "labs/kit/step_state.h"

#ifdef __SANITIZE_ADDRESS__
// It looks for leaks as a debugger would, which nobody may in the sandbox.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

namespace ringside::labs {
namespace {

std::vector<std::byte> read_image(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::vector<std::byte> bytes(error ? 0 : size);
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return bytes;
}

// Turns GoogleTest's outcome into a verdict.
class Recorder : public testing::EmptyTestEventListener {
 public:
  Recorder(const Lab& lab, Verdict& verdict, std::uint64_t seed)
      : lab_(lab), verdict_(verdict), seed_(seed) {}

  void OnTestStart(const testing::TestInfo& test) override {
    CheckState& state = check_state();
    state.finding.reset();
    state.step = static_cast<unsigned>(std::atoi(test.name() + std::strlen("step ")));
    state.dice = Dice(seed_ * 1000 + state.step);  // the same for a step alone and in the row of all
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    CheckState& state = check_state();
    if (state.step == 0 || state.step > lab_.steps.size()) return;
    const LabStep& step = lab_.steps[state.step - 1];
    StepResult result{state.step, step.title, step.points, step.points, std::nullopt};
    if (test.result()->Failed()) {
      result.points = 0;
      result.finding = state.finding ? *state.finding : plain_failure(*test.result());
    }
    verdict_.steps.push_back(std::move(result));
  }

 private:
  // Of EXPECT_EQ and the like: GoogleTest's own words.
  static Finding plain_failure(const testing::TestResult& result) {
    Finding finding{.expected = "the check goes through"};
    for (int i = 0; i < result.total_part_count(); ++i)
      if (result.GetTestPartResult(i).failed()) {
        finding.got = result.GetTestPartResult(i).summary();
        break;
      }
    return finding;
  }
  const Lab& lab_;
  Verdict& verdict_;
  std::uint64_t seed_;
};

int run(int argc, char** argv) {
  std::string labs, lab_name, image, reference, out, recordings, step;
  std::uint64_t seed = 0;
  bool questions = false;
  CLI::App app("Runs the check of a lab on a kernel image and writes the verdict as JSON.", "ringside-check");
  app.add_option("--labs", labs, "the folder with labs.toml")->required();
  app.add_option("--lab", lab_name, "the lab")->required();
  app.add_option("--image", image, "the student's kernel")->required();
  app.add_option("--reference", reference, "the reference's");
  app.add_option("--recordings", recordings, "folder for recordings of failed steps");
  app.add_option("--seed", seed, "chooses arguments and questions");
  app.add_option("--step", step, "one step only");
  app.add_option("--out", out, "the file to write to")->required();
  app.add_flag("--questions", questions, "ask questions instead");
  CLI11_PARSE(app, argc, argv);

  const auto manifest = Manifest::load(labs);
  const Result<const Lab*> lab = manifest ? manifest->find(lab_name) : std::unexpected(manifest.error());
  if (!lab) {
    fmt::print(stderr, "ringside-check: {}\n", lab.error().sentence);
    return 2;
  }
  CheckState& state = check_state();
  state.image = read_image(image);
  state.image_path = image;
  state.reference = read_image(reference);
  state.reference_path = reference;
  state.recordings = recordings;
  state.sources = std::filesystem::path(labs).parent_path();

  std::string json;
  if (questions) {
    std::vector<Question> all;
    for (const RegisteredQuestion& q : registered_questions()) {
      if (q.lab != (*lab)->name) continue;
      try {
        state.dice = Dice(seed * 1000 + q.number);
        all.push_back(q.ask());
        all.back().number = q.number;
      } catch (const StepFailed&) {
        // This kernel does not get to where the question could be asked: no question.
      }
    }
    std::ranges::sort(all, {}, &Question::number);
    json = to_json(all);
  } else {
    Verdict verdict{.lab = (*lab)->name};
    int count = 1;
    char* name = argv[0];
    testing::InitGoogleTest(&count, &name);
    GTEST_FLAG_SET(filter,
                   fmt::format("{}.{}", suite_name((*lab)->name), step.empty() ? "*" : "step " + step));
    GTEST_FLAG_SET(throw_on_failure, false);
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new Recorder(**lab, verdict, seed));
    [[maybe_unused]] const int failed = RUN_ALL_TESTS();
    std::ranges::sort(verdict.steps, {}, &StepResult::number);
    json = to_json(verdict);
  }
  std::ofstream file(out);
  file << json << "\n";
  file.close();
  return file ? 0 : 2;
}

}  // namespace
}  // namespace ringside::labs

int main(int argc, char** argv) {
  const int status = ringside::labs::run(argc, argv);
  std::fflush(nullptr);
  std::_Exit(status);  // the machines need not be taken apart
}
