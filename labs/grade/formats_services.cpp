// SPDX-License-Identifier: GPL-2.0-or-later
// Gradescope, PrairieLearn, Autolab: one result for each student.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "labs/book/report.h"
#include "labs/grade/formats.h"
#include "labs/grade/markup.h"

namespace ringside::labs {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

// Of the submission as a whole: what happened, and the compiler's words.
std::string overview(const Lab& lab, const Verdict& verdict) {
  std::string text = fmt::format("Lab {}: {}\n", lab.number(), lab.title);
  if (!verdict.sentence.empty()) text += verdict.sentence + "\n";
  if (!verdict.compiler_says.empty()) text += "\n" + verdict.compiler_says;
  return printable_text(text);
}

// One character of UTF-8. Not what controls terminals (C0 and C1), turns the direction of writing (U+202A to
// 202E, U+2066 to 2069), or may not stand in XML (U+FFFE, U+FFFF).
bool is_printable(std::string_view c) {
  const auto byte = static_cast<unsigned char>(c.front());
  if (c.size() == 1) return c == "\n" || c == "\t" || (byte >= 0x20 && byte != 0x7f);
  if (c.size() == 2) return c < "\xC2\x80" || c > "\xC2\x9F";
  const auto within = [&](std::string_view first, std::string_view last) { return c >= first && c <= last; };
  return !within("\xE2\x80\xAA", "\xE2\x80\xAE") && !within("\xE2\x81\xA6", "\xE2\x81\xA9") &&
         !within("\xEF\xBF\xBE", "\xEF\xBF\xBF");
}

}  // namespace

std::string printable_text(std::string_view text) {
  // Through JSON, which knows UTF-8: bytes that are none become U+FFFD.
  const std::string dumped = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string whole = Json::parse(dumped).get<std::string>();
  std::string out;
  for (std::size_t at = 0, next; at < whole.size(); at = next) {
    next = at + 1;
    while (next < whole.size() && (static_cast<unsigned char>(whole[next]) & 0xC0) == 0x80) ++next;
    const std::string_view character = std::string_view(whole).substr(at, next - at);
    if (is_printable(character)) out += character;
  }
  return out;
}

std::string step_name(const StepResult& step) { return fmt::format("{}. {}", step.number, step.title); }

std::string step_text(const StepResult& step) {
  if (!step.finding) return "";
  const Finding& f = *step.finding;
  std::string text = fmt::format("expected: {}\ngot: {}\n", f.expected, f.got);
  if (!f.why.empty()) text += fmt::format("why: {}\n", f.why);
  if (f.instructions) text += fmt::format("where: {}\n", where(f));
  return printable_text(text);
}

// gradescope-autograders.readthedocs.io, "Autograder Specifications", section "Output format".
std::string gradescope_json(const Lab& lab, const Verdict& verdict) {
  Json tests = Json::array();
  for (const StepResult& step : verdict.steps)
    tests.push_back({{"score", step.points},
                     {"max_score", step.out_of},
                     {"status", step.passed() ? "passed" : "failed"},
                     {"name", step.title},
                     {"name_format", "text"},
                     {"number", fmt::to_string(step.number)},
                     {"output", step_text(step)},
                     {"output_format", "text"},
                     {"visibility", "visible"}});
  return dump({{"score", verdict.points()},
               {"output", overview(lab, verdict)},
               {"output_format", "text"},
               {"visibility", "visible"},
               {"stdout_visibility", "hidden"},
               {"extra_data", {{"lab", lab.name}, {"status", name(verdict.status)}}},
               {"tests", std::move(tests)}});
}

// PrairieLearn's documentation, "External Grading", section "Grading results". At most 1 MB: the screens are
// what weighs, and a step has one.
std::string prairielearn_json(const Lab& lab, const Verdict& verdict) {
  std::size_t room_for_pictures = 500'000;
  Json tests = Json::array();
  for (const StepResult& step : verdict.steps) {
    Json test{{"name", step_name(step)},
              {"description", ""},
              {"points", step.points},
              {"max_points", step.out_of},
              {"message", step.passed() ? "" : step.finding->why},
              {"output", step_text(step)}};
    if (step.finding && !step.finding->screen.rows.empty()) {
      std::string url = "data:image/svg+xml;base64," + base64(screen_svg(step.finding->screen));
      if (url.size() <= room_for_pictures) {
        room_for_pictures -= url.size();
        test["images"] = Json::array({{{"label", "The screen at that moment"}, {"url", std::move(url)}}});
      }
    }
    tests.push_back(std::move(test));
  }
  // What does not compile costs no attempt; what is not here to be graded, neither.
  const bool gradable = verdict.status == Verdict::Status::checked;
  Json json{{"gradable", gradable}};
  if (gradable)
    json["score"] = verdict.out_of() ? static_cast<double>(verdict.points()) / verdict.out_of() : 0.0;
  else
    json["format_errors"] = Json::array({printable_text(verdict.sentence)});
  json["message"] = gradable ? fmt::format("{} of {} points", verdict.points(), verdict.out_of())
                             : printable_text(verdict.sentence);
  json["output"] = overview(lab, verdict);
  json["tests"] = std::move(tests);
  return dump(json);
}

// docs.autolabproject.com, "Guide for Lab Authors", section "Writing Autograders": the last line on stdout.
// The problems on Autolab's site have to be called as the keys are: "Step 1", ...
std::string autolab_line(const Lab&, const Verdict& verdict) {
  Json scores = Json::object();
  Json board = Json::array();
  for (const StepResult& step : verdict.steps) {
    scores[fmt::format("Step {}", step.number)] = step.points;
    board.push_back(step.points);
  }
  board.push_back(verdict.points());
  return Json{{"scores", std::move(scores)}, {"scoreboard", std::move(board)}}.dump() + "\n";
}

}  // namespace ringside::labs
