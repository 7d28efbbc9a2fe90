// SPDX-License-Identifier: GPL-2.0-or-later
// Sentences in plain words whose nouns lead somewhere: what an explanation is made of.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/inspect/table.h"

namespace ringside {

// A piece of a sentence. With a link the window makes it clickable; its text alone reads well too.
struct Phrase {
  std::string text;
  Link link = Link::none;
  std::uint64_t target = 0;
  bool operator==(const Phrase&) const = default;
};
using Sentence = std::vector<Phrase>;

std::string plain(const Sentence& sentence);

// One link of the chain that led to an event, first cause first.
struct Cause {
  std::string text;  // a complete sentence
  Link link = Link::none;
  std::uint64_t target = 0;
};

struct Explanation {
  Sentence headline;  // one sentence: what happened
  std::vector<Sentence> paragraphs;
  std::vector<Cause> causes;

  // For a terminal: headline, paragraphs, causes as a numbered list.
  std::string text() const;
};

// Puts a sentence together: Say("Vector ")("14", Link::vector, 14)(" has no gate.").
class Say {
 public:
  Say() = default;
  explicit Say(std::string text, Link link = Link::none, std::uint64_t target = 0) {
    (*this)(std::move(text), link, target);
  }
  Say& operator()(std::string text, Link link = Link::none, std::uint64_t target = 0);
  Say& operator()(const Phrase& phrase) { return (*this)(phrase.text, phrase.link, phrase.target); }
  Say& operator()(const Sentence& more);
  operator Sentence() const { return sentence_; }

 private:
  Sentence sentence_;
};

}  // namespace ringside
