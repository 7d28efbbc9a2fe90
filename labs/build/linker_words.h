// SPDX-License-Identifier: GPL-2.0-or-later
// What the linker says when something is missing, in words for people who meet that for the first time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::labs {

// The names behind "undefined reference to", each once, in the order of the output.
std::vector<std::string> undefined_references(std::string_view linker_output);

// One or two sentences: what is missing, and for names of the C library and those that the compiler brings in
// by itself, where they would have come from. "" where nothing is missing.
std::string missing_in_words(std::string_view linker_output);

}  // namespace ringside::labs
