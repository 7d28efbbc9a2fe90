// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grade/student_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "labs/book/report.h"
#include "labs/grade/formats.h"
#include "labs/grade/markup.h"
#include "labs/grade/results.h"

namespace ringside::labs {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --text: #1f2328; --faint: #656d76; --page: #fff; --box: #f6f8fa; --line: #d0d7de;
  --good: #1a7f37; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #8d96a0; --page: #0d1117; --box: #161b22;
  --line: #30363d; --good: #3fb950; --bad: #f85149; } }
body { font: 16px/1.5 Inter, system-ui, sans-serif; font-variant-ligatures: none; color: var(--text);
  background: var(--page); margin: 2rem auto; max-width: 56rem; padding: 0 1rem; }
h1 { margin-bottom: 0; } .sum { color: var(--faint); margin-top: 0; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .6rem;
  border-bottom: 1px solid var(--line); } .number { text-align: right; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } a { color: inherit; }
section { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .2rem 1rem 1rem;
  margin: 1rem 0; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .3rem; } dt { color: var(--faint); } dd { margin: 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow: auto; }
svg { max-width: 100%; height: auto; border-radius: 4px; }
)";

std::string html(std::string_view text) { return xml_escape(printable_text(text)); }

std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{}</title>\n<style>{}</style>\n<body>\n{}</body>\n</html>\n",
      html(title), kStyle, body);
}

std::string heading(const Lab& lab) { return fmt::format("Lab {}: {}", lab.number(), lab.title); }

std::string points(const Verdict& verdict) {
  return fmt::format("{} of {} points", verdict.points(), verdict.out_of());
}

// What opens the failing moment, from the folder of the report.
std::string replay_command(const Finding& finding) {
  return fmt::format("ringside replay {} --to {} --screen", finding.recording, finding.instructions);
}
std::string window_command(const Finding& finding) {
  return fmt::format("ringside window {} --at {}", finding.recording, finding.instructions);
}

// A block of code that nothing in it can end.
std::string fenced(std::string_view text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  return fmt::format("{0}text\n{1}{2}{0}\n", fence, text, text.ends_with('\n') || text.empty() ? "" : "\n");
}

std::string screen_file(const StepResult& step) { return fmt::format("screen-{}.svg", step.number); }
bool has_screen(const StepResult& step) { return step.finding && !step.finding->screen.rows.empty(); }

std::string markdown(const Lab& lab, const Graded& one) {
  const Verdict& verdict = one.verdict;
  std::string text = fmt::format("# {}\n\n{}\n**{}**\n\n", heading(lab), fenced(printable_text(one.student)),
                                 points(verdict));
  if (!verdict.sentence.empty()) text += fenced(printable_text(verdict.sentence)) + "\n";
  if (!verdict.compiler_says.empty())
    text += "What the compiler says:\n\n" + fenced(printable_text(verdict.compiler_says)) + "\n";
  text += "| step | | points |\n|---|---|---:|\n";
  for (const StepResult& step : verdict.steps)
    text += fmt::format("| {} | {} | {} / {} |\n", step_name(step), step.passed() ? "ok" : "failed",
                        step.points, step.out_of);
  if (verdict.status != Verdict::Status::checked) return text;
  for (const StepResult& step : verdict.steps) {
    if (step.passed()) continue;
    text += fmt::format("\n## Step {}\n\n{}", step_name(step), fenced(step_text(step)));
    if (has_screen(step)) text += fmt::format("\n![the screen at that moment]({})\n", screen_file(step));
    if (!step.finding->recording.empty())
      text += fmt::format("\nLook at the moment, from this folder:\n\n```\n{}\n{}\n```\n",
                          replay_command(*step.finding), window_command(*step.finding));
  }
  return text;
}

std::string html_of(const StepResult& step) {
  const Finding& f = *step.finding;
  std::string text = fmt::format(
      "<section>\n<h2>Step {}</h2>\n<dl>\n<dt>expected</dt><dd>{}</dd>\n<dt>got</dt><dd>{}</dd>\n",
      html(step_name(step)), html(f.expected), html(f.got));
  if (!f.why.empty()) text += fmt::format("<dt>why</dt><dd>{}</dd>\n", html(f.why));
  if (f.instructions) text += fmt::format("<dt>where</dt><dd>{}</dd>\n", html(where(f)));
  text += "</dl>\n";
  if (has_screen(step)) text += "<p>The screen at that moment:</p>\n" + screen_svg(f.screen);
  if (!f.recording.empty())
    text += fmt::format("<p>Look at the moment, from this folder:</p>\n<pre>{}\n{}</pre>\n",
                        html(replay_command(f)), html(window_command(f)));
  return text + "</section>\n";
}

std::string html_report(const Lab& lab, const Graded& one) {
  const Verdict& verdict = one.verdict;
  std::string body =
      fmt::format("<h1>{}</h1>\n<p class=\"sum\">{}, <b class=\"{}\">{}</b></p>\n", html(heading(lab)),
                  html(one.student), verdict.passed() ? "good" : "bad", points(verdict));
  if (!verdict.sentence.empty()) body += fmt::format("<p>{}</p>\n", html(verdict.sentence));
  if (!verdict.compiler_says.empty()) body += fmt::format("<pre>{}</pre>\n", html(verdict.compiler_says));
  body += "<table>\n<tr><th>step</th><th></th><th class=\"number\">points</th></tr>\n";
  for (const StepResult& step : verdict.steps)
    body += fmt::format("<tr><td>{}</td><td class=\"{}\">{}</td><td class=\"number\">{} / {}</td></tr>\n",
                        html(step_name(step)), step.passed() ? "good" : "bad",
                        step.passed() ? "ok" : "failed", step.points, step.out_of);
  body += "</table>\n";
  if (verdict.status == Verdict::Status::checked)
    for (const StepResult& step : verdict.steps)
      if (!step.passed()) body += html_of(step);
  return page(fmt::format("{}: {}", one.student, heading(lab)), body);
}

// A name as the path of a link.
std::string url(std::string_view name) {
  std::string out;
  for (const unsigned char c : name)
    out += std::isalnum(c) || c == '-' || c == '_' || c == '.' ? std::string(1, static_cast<char>(c))
                                                               : fmt::format("%{:02X}", c);
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> student_report(const Lab& lab, const Graded& one) {
  std::vector<std::pair<std::string, std::string>> files{{"report.md", markdown(lab, one)},
                                                         {"report.html", html_report(lab, one)}};
  for (const StepResult& step : one.verdict.steps)
    if (has_screen(step)) files.emplace_back(screen_file(step), screen_svg(step.finding->screen));
  return files;
}

std::string class_page(const Lab& lab, const std::vector<Graded>& all) {
  std::string body = fmt::format(
      "<h1>{}</h1>\n<p class=\"sum\">{} submissions</p>\n<table>\n<tr><th>student</th><th>status</th>",
      html(heading(lab)), all.size());
  for (std::size_t n = 1; n <= lab.steps.size(); ++n) body += fmt::format("<th class=\"number\">{}</th>", n);
  body += "<th class=\"number\">points</th></tr>\n";
  for (const Graded& one : all) {
    body += fmt::format("<tr><td><a href=\"{}/report.html\">{}</a></td><td>{}</td>",
                        url(folder_of(one.student)), html(one.student), name(one.verdict.status));
    for (const StepResult& step : one.verdict.steps)
      body += fmt::format("<td class=\"number {}\">{}</td>", step.passed() ? "good" : "bad", step.points);
    body += fmt::format("<td class=\"number\">{}</td></tr>\n", one.verdict.points());
  }
  return page(heading(lab), body + "</table>\n");
}

}  // namespace ringside::labs
