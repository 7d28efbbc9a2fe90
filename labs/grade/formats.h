// SPDX-License-Identifier: GPL-2.0-or-later
// Results in the forms that course systems read. All are functions of the verdicts: no clock, no host name,
// the students in the order given. labs/README.md says what is in each, and where it is described.
#pragma once

#include <string>
#include <vector>

#include "labs/grade/grade.h"

namespace ringside::labs {

// Of the whole class.
std::string class_json(const Lab& lab, const std::vector<Graded>& all, std::uint64_t seed);
std::string class_csv(const Lab& lab, const std::vector<Graded>& all);
std::string class_junit(const Lab& lab, const std::vector<Graded>& all);

// Of one student, as the autograders of these services hand in a result.
std::string gradescope_json(const Lab& lab, const Verdict& verdict);
std::string prairielearn_json(const Lab& lab, const Verdict& verdict);
std::string autolab_line(const Lab& lab, const Verdict& verdict);

// What a failed step says, as lines of text: expected, got, why, where.
std::string step_text(const StepResult& step);
// "4. print"
std::string step_name(const StepResult& step);
// Text for people and files: UTF-8, without control characters but for the end of a line. What a submission
// makes a compiler or a kernel print is anything, also sequences that terminals obey.
std::string printable_text(std::string_view text);

}  // namespace ringside::labs
