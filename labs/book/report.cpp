// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/book/report.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside::labs {
namespace {

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

// "           expected  words that go on\n                     below each other\n"
std::string labelled(std::string_view label, std::string_view text, unsigned width) {
  constexpr std::size_t kIndent = 11, kLabel = 10;
  std::string out = fmt::format("{:{}}{:{}}", "", kIndent, label, kLabel);
  const std::size_t room = std::max<std::size_t>(width, 50) - kIndent - kLabel;
  std::string_view rest = text;
  for (bool first = true; first || !rest.empty(); first = false) {
    if (!first) out += fmt::format("{:{}}", "", kIndent + kLabel);
    std::size_t cut = std::min(rest.find('\n'), rest.size());
    if (cut > room) {
      const std::size_t space = rest.rfind(' ', room);
      cut = space == std::string_view::npos || space == 0 ? std::min(rest.find(' '), cut) : space;
    }
    out += std::string(rest.substr(0, cut)) + "\n";
    rest.remove_prefix(std::min(cut + 1, rest.size()));
  }
  return out;
}

}  // namespace

std::string where(const Finding& f) {
  std::string text = f.symbol;
  if (!f.file.empty()) text += (text.empty() ? "" : ", ") + f.file;
  if (!f.file.empty() && f.line) text += fmt::format(":{}", f.line);
  return text + fmt::format("{}instruction {}", text.empty() ? "" : ", ", grouped(f.instructions));
}

std::string report(const Lab& lab, const Verdict& verdict, const ReportStyle& style) {
  const auto paint = [&](const char* code, const std::string& text) {
    return style.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  };
  std::string out = paint("1", fmt::format("Lab {}: {}\n", lab.number(), lab.title));
  if (verdict.status != Verdict::Status::checked) {
    out += "\n" + paint("31", verdict.sentence) + "\n";
    if (!verdict.compiler_says.empty()) out += "\n" + verdict.compiler_says;
    return out + fmt::format("\n0 of {} points.\n", lab.points());
  }
  out += "\n";
  const StepResult* first_failed = nullptr;
  for (const StepResult& step : verdict.steps) {
    const std::string mark = step.passed() ? paint("32", "ok  ") : paint("31", "FAIL");
    out += fmt::format("  {}  {:2}  {:<52} {:3} / {}\n", mark, step.number, step.title, step.points,
                       step.out_of);
    if (!step.finding) continue;
    if (!first_failed) first_failed = &step;
    const Finding& f = *step.finding;
    out += labelled("expected", f.expected, style.width);
    out += labelled("got", f.got, style.width);
    if (!f.why.empty()) out += labelled("why", f.why, style.width);
    out += labelled("where", where(f), style.width);
    if (!f.recording.empty() && !style.open.empty()) {
      std::string open = style.open;
      if (const auto at = open.find("{step}"); at != std::string::npos)
        open.replace(at, 6, fmt::to_string(step.number));
      out += labelled("look", open, style.width * 4);
    }
    out += "\n";
  }
  out += fmt::format("{}{} of {} points.", first_failed ? "" : "\n", verdict.points(), verdict.out_of());
  if (first_failed)
    out += fmt::format(" A hint for step {}: ringside lab hint {}", first_failed->number, lab.number());
  return out + "\n";
}

}  // namespace ringside::labs
