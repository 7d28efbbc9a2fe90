// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/near_miss.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ringside {
namespace {

// Letters to insert, remove or replace (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> near_misses(std::string_view word, const std::vector<std::string>& candidates) {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    std::size_t far = distance(word, candidate);
    if (word.size() >= 2 && (candidate.starts_with(word) || word.starts_with(candidate)))
      far = std::min<std::size_t>(far, 1);
    if (far <= 2 && far < std::max(word.size(), candidate.size()) - 1) near.emplace_back(far, candidate);
  }
  std::ranges::stable_sort(near, {}, &std::pair<std::size_t, std::string>::first);
  if (near.size() > 3) near.resize(3);
  std::vector<std::string> names;
  for (auto& entry : near) names.push_back(std::move(entry.second));
  return names;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto names = near_misses(word, candidates);
  if (names.empty()) return {};
  std::string text = " Did you mean " + names[0];
  for (std::size_t i = 1; i < names.size(); ++i) text += (i + 1 < names.size() ? ", " : " or ") + names[i];
  return text + "?";
}

}  // namespace ringside
