// SPDX-License-Identifier: GPL-2.0-or-later
// What labs there are: labs.toml and the folder of each lab. No machine and no screen in here, so that the
// window and the command line read the same.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"

namespace ringside::labs {

// A student's files have this folder where they are compiled and in the image's debug information, wherever they really
// are: a name that no folder of a computer has.
inline constexpr const char* kHandIn = "/hand-in";

struct LabStep {
  std::string title;
  unsigned points = 0;
};

// A solution that a student might hand in and that is wrong: the lab's solution with edits. A file of wrong/:
//
//   title = "No end of interrupt"
//   step = 4                        the step that fails because of it, and the first one to do so
//   says = "in service"             words of the failed check
//   also = [5]                      later steps that fail with it; may be left out
//   builds = false                  no image comes of it: step is 0, and `says` is of the sentence that
//                                   explains it; may be left out
//   [[edit]]
//   file = "pic.cpp"
//   find = "..."                                 once in that file
//   replace = "..."
struct WrongSolution {
  std::string name;  // of the file, without ".toml"
  std::string title;
  unsigned step = 0;
  std::vector<unsigned> also;
  std::string says;
  bool builds = true;
  struct Edit {
    std::string file, find, replace;
  };
  std::vector<Edit> edits;
};

struct Lab {
  std::string name;                // "06-interrupts": of the folder
  std::string title;               // "Hardware interrupts"
  std::string about;               // one line
  std::vector<std::string> files;  // the student's, relative to their folder: what is handed in
  std::string linker_script;  // one of them that takes the place of the kernel's; empty: the kernel's own
  std::string fault;  // the command line that shows the lab's fault with the reference kernel; may be empty
  std::vector<LabStep> steps;    // the first is step 1
  std::filesystem::path folder;  // labs/06-interrupts

  std::string number() const { return name.substr(0, 2); }
  unsigned points() const;
  std::filesystem::path start() const { return folder / "start"; }
  std::filesystem::path given() const { return folder / "given"; }
  std::filesystem::path solution() const { return folder / "solution"; }
  std::filesystem::path readme() const { return folder / "README.md"; }
};

class Manifest {
 public:
  // Reads `folder`/labs.toml. The sentence of an error names the file, the line and what is wrong there.
  static Result<Manifest> load(const std::filesystem::path& folder);

  const std::vector<Lab>& labs() const { return labs_; }
  // By "06", "6", "interrupts" or "06-interrupts"; the sentence of the error lists those there are.
  Result<const Lab*> find(std::string_view name) const;

 private:
  std::vector<Lab> labs_;
};

// All of a lab, by name. An error names the file.
Result<std::vector<WrongSolution>> wrong_solutions(const Lab& lab);

// Hints of a step, first the weakest: the list items below "## Step N" in the lab's hints.md.
Result<std::vector<std::string>> hints(const Lab& lab, unsigned step);

}  // namespace ringside::labs
