// SPDX-License-Identifier: GPL-2.0-or-later
// The report that a student gets, as Markdown and as one page of HTML, and the page of the class.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "labs/grade/grade.h"

namespace ringside::labs {

// Names and contents: report.md, report.html, screen-N.svg for each failed step with a screen.
std::vector<std::pair<std::string, std::string>> student_report(const Lab& lab, const Graded& one);

std::string class_page(const Lab& lab, const std::vector<Graded>& all);

}  // namespace ringside::labs
