// SPDX-License-Identifier: GPL-2.0-or-later
// What a check says of a submission: points for each step, and of a failed step what was expected, what was
// there, why it matters, and where. As JSON it goes from the program that runs hostile images to the one that
// tells people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"

namespace ringside::labs {

// The guest's text screen as a person saw it: characters and colours.
struct ScreenPicture {
  std::vector<std::string> rows;    // 25 of UTF-8, 80 characters each
  std::vector<std::string> colors;  // 25, of 80 pairs of hexadecimal digits: background and foreground, 0-15
  bool operator==(const ScreenPicture&) const = default;
};

struct Finding {
  std::string expected, got, why;  // sentences or their parts, without a full stop where they are parts
  std::string symbol;              // "lab::acknowledge+0x12"; "" unknown
  std::string file;                // "pic.cpp": as the student calls it; "" unknown
  unsigned line = 0;               // 0: the file as a whole
  std::uint64_t instructions = 0;  // the instant: the machine's count
  std::string recording;           // file name in the folder of recordings; "" where there is none
  ScreenPicture screen;            // at that instant; no rows: none
  bool operator==(const Finding&) const = default;
};

struct StepResult {
  unsigned number = 0;
  std::string title;
  unsigned points = 0, out_of = 0;  // all or nothing
  std::optional<Finding> finding;   // of a step that failed
  bool passed() const { return !finding; }
  bool operator==(const StepResult&) const = default;
};

struct Verdict {
  enum class Status : std::uint8_t {
    checked,
    missing,     // files of the lab are not there
    empty,       // there is nothing in them
    not_built,   // the compiler or the linker refused, or needed too much
    not_checked  // the check itself did not come to an end: ours to mend, or the host's
  };
  std::string lab;  // "06-interrupts"
  Status status = Status::checked;
  std::string sentence;       // what happened, where it is not `checked`
  std::string compiler_says;  // the compiler's own words, of not_built
  std::vector<StepResult> steps;

  unsigned points() const;
  unsigned out_of() const;
  bool passed() const { return status == Status::checked && points() == out_of(); }
  bool operator==(const Verdict&) const = default;
};

const char* name(Verdict::Status status);  // "checked", "missing", "empty", "not-built", "not-checked"

std::string to_json(const Verdict& verdict);
Result<Verdict> verdict_from_json(std::string_view text);

// A question asked about the student's own kernel, and what the machine answers.
struct Question {
  unsigned number = 0;
  std::string text, answer, because;
  bool operator==(const Question&) const = default;
};
std::string to_json(const std::vector<Question>& questions);
Result<std::vector<Question>> questions_from_json(std::string_view text);
// Numbers are compared as numbers ("0x8" and "8"), words without regard to case and to spaces at the ends.
bool same_answer(std::string_view given, std::string_view right);

}  // namespace ringside::labs
