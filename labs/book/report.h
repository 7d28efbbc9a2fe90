// SPDX-License-Identifier: GPL-2.0-or-later
// A verdict as text for people.
#pragma once

#include <string>

#include "labs/book/manifest.h"
#include "labs/book/verdict.h"

namespace ringside::labs {

struct ReportStyle {
  bool color = false;    // escape sequences of a terminal
  unsigned width = 100;  // columns to wrap at
  std::string open;      // the command that opens a failed step, with {step} in it; empty: none
};

std::string report(const Lab& lab, const Verdict& verdict, const ReportStyle& style = {});

// "lab::Screen::put+0x12, screen.cpp:31, instruction 12,345"
std::string where(const Finding& finding);

}  // namespace ringside::labs
