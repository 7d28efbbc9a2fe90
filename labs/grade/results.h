// SPDX-License-Identifier: GPL-2.0-or-later
// What `ringside grade` leaves in its output folder:
//
//   results.json results.csv junit.xml     of the class, as far as asked for
//   index.html                             the class, a line for each student
//   STUDENT/report.md report.html          and screen-N.svg, step-N.recording, kernel.elf
//   STUDENT/gradescope.json prairielearn.json autolab.json
#pragma once

#include <set>

#include "labs/grade/grade.h"

namespace ringside::labs {

enum class Format : std::uint8_t { json, junit, gradescope, prairielearn, autolab, csv };
// By their names, "json,csv".
Result<std::set<Format>> formats_from(const std::vector<std::string>& names);

// A folder's name for each student, none of which is a file of ours.
std::string folder_of(const std::string& student);

Result<void> write_results(const Lab& lab, const std::vector<Graded>& all, const std::set<Format>& formats,
                           const std::filesystem::path& out, std::uint64_t seed);

}  // namespace ringside::labs
