// SPDX-License-Identifier: GPL-2.0-or-later
// For sentences about a mistyped word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside {

// The candidates that begin with the word, or differ from it by a letter or two; nearest first, at most
// three.
std::vector<std::string> near_misses(std::string_view word, const std::vector<std::string>& candidates);

// " Did you mean idt or gdt?"; empty where nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ringside
