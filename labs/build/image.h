// SPDX-License-Identifier: GPL-2.0-or-later
// From a student's files to a kernel image: their files, what the lab gives, and of the reference kernel what
// these use.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "labs/book/manifest.h"
#include "labs/book/verdict.h"

namespace ringside::labs {

// Where things are in a build of Ringside.
struct Installation {
  std::filesystem::path sources;  // the project: labs/ and kernel/ are in it
  std::filesystem::path modules;  // compile.rsp, link.rsp, compiler: how the kernel is made
  std::filesystem::path built;    // NN-name/libkernel.a, NN-name/solution.elf
  std::filesystem::path checker;  // the program that runs images
  std::filesystem::path headers;  // what a confined compiler sees as the kernel's folder; empty: that folder

  // Of the build that the program that runs belongs to. $RINGSIDE_SOURCES: other sources than those it was
  // built from.
  static Installation of_this_program();
  // By the folder of the lab programs.
  static Installation in(const std::filesystem::path& built);
  std::filesystem::path labs() const { return sources / "labs"; }
  std::filesystem::path solution_image(const Lab& lab) const { return built / lab.name / "solution.elf"; }
};

// A submission's files as bytes, before anything looks into them. `missing` and `empty` are verdicts.
struct SubmittedFile {
  std::string name;  // relative, as in Lab::files
  std::string text;
};
struct Submission {
  std::vector<SubmittedFile> files;
  Verdict::Status status = Verdict::Status::checked;  // else missing or empty
  std::string sentence;
};
inline constexpr std::size_t kMostSubmittedBytes = 1 << 20;  // of each file

// Takes the lab's files from a folder: ordinary files alone, behind no link; nothing else in there is looked
// at.
Submission read_submission(const Lab& lab, const std::filesystem::path& folder);
// Of these files, wherever they come from: whether all are there, and what is in them. One that is larger
// than kMostSubmittedBytes may be cut off behind that.
Submission submission_of(const Lab& lab, std::vector<SubmittedFile> files);

enum class Confinement {
  sandbox,
  none,
  nobody  // for root, where there is no sandbox: the compiler runs as user 65534 and reads what anybody may
};

struct BuiltImage {
  Verdict::Status status = Verdict::Status::checked;  // else not_built, missing, empty, not_checked
  std::string sentence, compiler_says;
  std::filesystem::path image;  // valid when `checked`
};

// Fills a folder with those of the kernel's files that a student's are compiled with. What the reference does
// is not among them: a file that takes it in by #include would earn its points.
Result<void> copy_headers(const Installation& here, const Lab& lab, const std::filesystem::path& folder);

// Writes the files below `work`, which is emptied first, and makes work/kernel.elf of them. The image is the
// same to the byte wherever `work` is, with a sandbox and without.
BuiltImage build_image(const Installation& here, const Lab& lab, const Submission& submission,
                       const std::filesystem::path& work, Confinement confinement);

}  // namespace ringside::labs
