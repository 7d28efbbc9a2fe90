// SPDX-License-Identifier: GPL-2.0-or-later
// What the folder that a student works in says of itself: which lab it is for, its last check, the hints that
// were given. The command line and the window read and write the same.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "labs/book/verdict.h"

namespace ringside::labs {

inline constexpr const char* kHidden = ".ringside";

// Which lab a folder is for; nothing where it is no such folder.
std::optional<std::string> lab_of(const std::filesystem::path& folder);

// Where its last check left image, verdict and recordings.
std::filesystem::path check_folder(const std::filesystem::path& folder);
// The verdict of its last check.
std::optional<Verdict> last_verdict(const std::filesystem::path& folder);

// How many hints of a step were given in this folder.
std::size_t hints_given(const std::filesystem::path& folder, unsigned step);
void remember_hints_given(const std::filesystem::path& folder, unsigned step, std::size_t count);

}  // namespace ringside::labs
