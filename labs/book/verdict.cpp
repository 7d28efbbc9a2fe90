// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/book/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

namespace ringside::labs {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::array kStatusNames{"checked", "missing", "empty", "not-built", "not-checked"};

// Bytes that are no UTF-8 become U+FFFD: what a guest prints is anything.
std::string dump(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace); }

Json json_of(const Finding& f) {
  Json json{{"expected", f.expected},
            {"got", f.got},
            {"why", f.why},
            {"symbol", f.symbol},
            {"file", f.file},
            {"line", f.line},
            {"instructions", f.instructions},
            {"recording", f.recording}};
  if (!f.screen.rows.empty()) json["screen"] = {{"rows", f.screen.rows}, {"colors", f.screen.colors}};
  return json;
}

Finding finding_from(const Json& json) {
  Finding f{.expected = json.at("expected"),
            .got = json.at("got"),
            .why = json.at("why"),
            .symbol = json.at("symbol"),
            .file = json.at("file"),
            .line = json.at("line"),
            .instructions = json.at("instructions"),
            .recording = json.at("recording")};
  if (const auto screen = json.find("screen"); screen != json.end()) {
    f.screen.rows = screen->at("rows").get<std::vector<std::string>>();
    f.screen.colors = screen->at("colors").get<std::vector<std::string>>();
  }
  return f;
}

// Anything but JSON of the right shape is an error with one sentence.
template <class T, class Read>
Result<T> read(std::string_view text, const char* what, Read from) {
  try {
    return from(Json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    return fail(fmt::format("This is no {}: {}.", what, error.what()));
  }
}

}  // namespace

unsigned Verdict::points() const {
  unsigned sum = 0;
  for (const StepResult& step : steps) sum += step.points;
  return sum;
}

unsigned Verdict::out_of() const {
  unsigned sum = 0;
  for (const StepResult& step : steps) sum += step.out_of;
  return sum;
}

const char* name(Verdict::Status status) { return kStatusNames[static_cast<std::size_t>(status)]; }

std::string to_json(const Verdict& verdict) {
  Json steps = Json::array();
  for (const StepResult& step : verdict.steps) {
    Json json{
        {"number", step.number}, {"title", step.title}, {"points", step.points}, {"out-of", step.out_of}};
    if (step.finding) json["finding"] = json_of(*step.finding);
    steps.push_back(std::move(json));
  }
  return dump({{"lab", verdict.lab},
               {"status", name(verdict.status)},
               {"points", verdict.points()},
               {"out-of", verdict.out_of()},
               {"sentence", verdict.sentence},
               {"compiler-says", verdict.compiler_says},
               {"steps", std::move(steps)}});
}

Result<Verdict> verdict_from_json(std::string_view text) {
  return read<Verdict>(text, "verdict", [](const Json& json) {
    Verdict verdict{
        .lab = json.at("lab"), .sentence = json.at("sentence"), .compiler_says = json.at("compiler-says")};
    const std::string status = json.at("status");
    const auto found = std::ranges::find(kStatusNames, status);
    verdict.status = found == kStatusNames.end() ? Verdict::Status::not_checked
                                                 : static_cast<Verdict::Status>(found - kStatusNames.begin());
    for (const Json& one : json.at("steps")) {
      StepResult step{.number = one.at("number"),
                      .title = one.at("title"),
                      .points = one.at("points"),
                      .out_of = one.at("out-of")};
      if (const auto finding = one.find("finding"); finding != one.end())
        step.finding = finding_from(*finding);
      verdict.steps.push_back(std::move(step));
    }
    return verdict;
  });
}

std::string to_json(const std::vector<Question>& questions) {
  Json all = Json::array();
  for (const Question& q : questions)
    all.push_back({{"number", q.number}, {"text", q.text}, {"answer", q.answer}, {"because", q.because}});
  return dump(all);
}

Result<std::vector<Question>> questions_from_json(std::string_view text) {
  return read<std::vector<Question>>(text, "list of questions", [](const Json& json) {
    std::vector<Question> all;
    for (const Json& q : json) all.push_back({q.at("number"), q.at("text"), q.at("answer"), q.at("because")});
    return all;
  });
}

bool same_answer(std::string_view given, std::string_view right) {
  const auto plain = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (c != '\'' && c != '_' && c != ',')
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto first = out.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? std::string{}
                                      : out.substr(first, out.find_last_not_of(" \t\r\n") - first + 1);
  };
  const auto number = [](const std::string& text) -> std::optional<std::uint64_t> {
    const bool hex = text.starts_with("0x");
    std::uint64_t value = 0;
    const char *first = text.data() + (hex ? 2 : 0), *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, value, hex ? 16 : 10);
    if (first == last || end != last || error != std::errc{}) return std::nullopt;
    return value;
  };
  const std::string a = plain(given), b = plain(right);
  const auto x = number(a), y = number(b);
  return x && y ? *x == *y : a == b;
}

}  // namespace ringside::labs
