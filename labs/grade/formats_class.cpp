// SPDX-License-Identifier: GPL-2.0-or-later
// json, csv and junit: one file for the class.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "labs/grade/formats.h"
#include "labs/grade/markup.h"

namespace ringside::labs {
namespace {

using Json = nlohmann::ordered_json;

// RFC 4180, section 2: quotes around a field that holds a comma, a quote or the end of a line; a quote is
// doubled. A text that a spreadsheet would take for a formula gets an apostrophe in front.
std::string csv_field(std::string_view text) {
  std::string field = printable_text(text);
  if (!field.empty() && std::string_view("=+-@\t").contains(field.front())) field.insert(0, "'");
  if (field.find_first_of(",\"\n\r") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string class_json(const Lab& lab, const std::vector<Graded>& all, std::uint64_t seed) {
  Json students = Json::array();
  for (const Graded& one : all) {
    Json student{{"student", printable_text(one.student)}};
    student.update(Json::parse(to_json(one.verdict)));
    student.erase("lab");
    students.push_back(std::move(student));
  }
  Json steps = Json::array();
  for (const LabStep& step : lab.steps) steps.push_back({{"title", step.title}, {"points", step.points}});
  return Json{{"format", "ringside-grade"},
              {"version", 1},
              {"ringside", RINGSIDE_VERSION},
              {"lab", lab.name},
              {"title", lab.title},
              {"seed", seed},
              {"out-of", lab.points()},
              {"steps", std::move(steps)},
              {"students", std::move(students)}}
             .dump(1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

std::string class_csv(const Lab& lab, const std::vector<Graded>& all) {
  std::string text = "student,status,points,out of";
  for (unsigned n = 1; const LabStep& step : lab.steps)
    text += "," + csv_field(fmt::format("{}. {}", n++, step.title));
  text += ",remark\r\n";
  for (const Graded& one : all) {
    text += fmt::format("{},{},{},{}", csv_field(one.student), name(one.verdict.status), one.verdict.points(),
                        one.verdict.out_of());
    for (const StepResult& step : one.verdict.steps) text += fmt::format(",{}", step.points);
    text += "," + csv_field(one.verdict.sentence) + "\r\n";
  }
  return text;
}

// The common form of JUnit's XML (github.com/testmoapp/junitxml, "Complete JUnit XML example"): a suite for
// each student, a case for each step. Without times: they would differ from run to run.
std::string class_junit(const Lab& lab, const std::vector<Graded>& all) {
  std::size_t tests = 0, failures = 0, errors = 0;
  std::string suites;
  for (const Graded& one : all) {
    const bool ours = one.verdict.status == Verdict::Status::not_checked;
    const std::string student = xml_escape(printable_text(one.student));
    std::size_t failed = 0;
    std::string cases;
    for (const StepResult& step : one.verdict.steps) {
      cases +=
          fmt::format("    <testcase name=\"{}\" classname=\"{}\"", xml_escape(step_name(step)), student);
      if (step.passed()) {
        cases += "/>\n";
        continue;
      }
      ++failed;
      const char* element = ours ? "error" : "failure";
      const std::string message =
          one.verdict.status == Verdict::Status::checked ? step.finding->got : one.verdict.sentence;
      cases += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n", element,
                           xml_escape(printable_text(message)), name(one.verdict.status),
                           xml_escape(step_text(step)));
    }
    const std::size_t count = one.verdict.steps.size();
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\">\n"
        "    <properties>\n"
        "      <property name=\"points\" value=\"{}\"/>\n"
        "      <property name=\"out of\" value=\"{}\"/>\n"
        "    </properties>\n{}",
        student, count, ours ? 0 : failed, ours ? failed : 0, one.verdict.points(), one.verdict.out_of(),
        cases);
    if (!one.verdict.compiler_says.empty())
      suites += fmt::format("    <system-err>{}</system-err>\n",
                            xml_escape(printable_text(one.verdict.compiler_says)));
    suites += "  </testsuite>\n";
    tests += count, (ours ? errors : failures) += failed;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\">\n{}</testsuites>\n",
      xml_escape(fmt::format("Lab {}: {}", lab.number(), lab.title)), tests, failures, errors, suites);
}

}  // namespace ringside::labs
