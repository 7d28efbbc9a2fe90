// SPDX-License-Identifier: GPL-2.0-or-later
// The folder that a student works in. It builds by itself with CMake, and says which lab it is for:
//
//   screen.cpp ...            the student's files
//   README.md                 the lab's text
//   lab.toml                  which lab this is
//   given/                    what the lab adds to the kernel: to be read; the check uses its own copy
//   kernel/                   the reference kernel, likewise
//   CMakeLists.txt CMakePresets.json compile_flags.txt .vscode/
//   .ringside/                modules to link with, the last check's image, verdict and recordings
#pragma once

#include <filesystem>
#include <string>

#include "labs/book/folder.h"
#include "labs/build/image.h"

namespace ringside::labs {

// Makes the folder. Refuses where there is something already. `from`: the lab's start, or its solution.
Result<void> make_workspace(const Installation& here, const Lab& lab, const std::filesystem::path& folder,
                            const std::filesystem::path& from);

// The folder meant by `check NN` and the like: the one named, else the present one if it is for this lab,
// else NN-name in the present one. An error says how to get one.
Result<std::filesystem::path> find_workspace(const Lab& lab, const std::string& named);

}  // namespace ringside::labs
