// SPDX-License-Identifier: GPL-2.0-or-later
// Temporary classes for the tests of grading.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "labs/grade/grade.h"

namespace ringside::labs {

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_text(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

inline Installation built_installation() {
  const char* labs = std::getenv("RINGSIDE_LABS");
  if (!labs) throw std::runtime_error("RINGSIDE_LABS must name the folder of the lab programs");
  const std::filesystem::path built = labs;
  return {RINGSIDE_SOURCE_FOLDER, built.parent_path() / "kernel/modules", built, built / "ringside-check"};
}

inline const Lab& vga_lab() {
  static const Manifest manifest =
      Manifest::load(std::filesystem::path(RINGSIDE_SOURCE_FOLDER) / "labs").value();
  return **manifest.find("02");
}

// A folder of its own for each test, gone afterwards.
class ClassFolder : public testing::Test {
 protected:
  ClassFolder() {
    root =
        std::filesystem::path(testing::TempDir()) /
        fmt::format("grade-{}-{}", ::getpid(), testing::UnitTest::GetInstance()->current_test_info()->line());
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root / "in");
  }
  ~ClassFolder() override {
    std::error_code error;
    std::filesystem::remove_all(root, error);
  }

  void hand_in(const std::string& student, std::string_view text) {
    write_text(root / "in" / student / "screen.cpp", text);
  }
  std::string solution() const { return text_of(vga_lab().solution() / "screen.cpp"); }
  std::string start() const { return text_of(vga_lab().start() / "screen.cpp"); }
  // The solution with one of the lab's own mistakes.
  std::string wrong(const std::string& name) const {
    std::string text = solution();
    const auto all = wrong_solutions(vga_lab()).value();
    const auto found = std::ranges::find(all, name, &WrongSolution::name);
    for (const auto& edit : found->edits) text.replace(text.find(edit.find), edit.find.size(), edit.replace);
    return text;
  }

  std::filesystem::path root;
};

}  // namespace ringside::labs
