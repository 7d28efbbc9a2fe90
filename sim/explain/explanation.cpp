// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/explain/explanation.h"

#include <fmt/format.h>

namespace ringside {

std::string plain(const Sentence& sentence) {
  std::string text;
  for (const Phrase& p : sentence) text += p.text;
  return text;
}

std::string Explanation::text() const {
  std::string out = plain(headline) + '\n';
  for (const Sentence& p : paragraphs) out += plain(p) + '\n';
  for (std::size_t i = 0; i < causes.size(); ++i) out += fmt::format("  {}. {}\n", i + 1, causes[i].text);
  return out;
}

Say& Say::operator()(std::string text, Link link, std::uint64_t target) {
  // Plain words that follow plain words are one phrase.
  if (link == Link::none && !sentence_.empty() && sentence_.back().link == Link::none)
    sentence_.back().text += text;
  else if (!text.empty())
    sentence_.push_back({std::move(text), link, target});
  return *this;
}

Say& Say::operator()(const Sentence& more) {
  for (const Phrase& p : more) (*this)(p);
  return *this;
}

}  // namespace ringside
