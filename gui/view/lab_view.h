// SPDX-License-Identifier: GPL-2.0-or-later
// The lab that is open, as values: made by the lab's thread, never changed afterwards, shared with whoever
// draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/view/markdown.h"
#include "labs/book/manifest.h"
#include "labs/book/verdict.h"

namespace ringside {

// The hints of a step that were given so far.
struct GivenHints {
  std::vector<Markdown> hints;
  std::size_t more = 0;  // not given yet
  std::string trouble;   // a sentence where there are none to be read
};

struct LabView {
  std::string number, title;             // "02", "Text on the screen"
  std::shared_ptr<const Markdown> text;  // never null
  std::string text_trouble;              // a sentence where it cannot be read
  std::vector<labs::LabStep> steps;
  std::optional<labs::Verdict> verdict;  // of the last check; none: not checked yet
  bool checking = false;
  std::string trouble;                   // a sentence where the last check did not come about
  std::map<unsigned, GivenHints> hints;  // by step
  std::vector<labs::Question> questions;
  std::uint64_t questions_number = 0;  // counts how often they were asked
  bool asking = false;
  std::string questions_trouble;
  // What was built last: the kernel to be run. Null until there is one.
  std::shared_ptr<const std::vector<std::byte>> image;

  const labs::StepResult* result(unsigned step) const {
    if (!verdict || verdict->status != labs::Verdict::Status::checked || step == 0 ||
        step > verdict->steps.size())
      return nullptr;
    return &verdict->steps[step - 1];
  }
};

}  // namespace ringside
