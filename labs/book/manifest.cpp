// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/book/manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace ringside::labs {
namespace {

using std::filesystem::path;

Result<std::string> read_text(const path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(fmt::format("{} cannot be read.", file.string()));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Takes fields one by one, and keeps the first complaint.
class Fields {
 public:
  Fields(const toml::table& table, const path& file) : table_(table), file_(file) {}

  std::string text(std::string_view key, bool required = true) {
    known_.emplace_back(key);
    const auto value = table_[key].value<std::string>();
    if (!value && (required || table_.contains(key))) complain(key, "a text");
    return value.value_or("");
  }
  unsigned number(std::string_view key) {
    known_.emplace_back(key);
    const auto value = table_[key].value<std::int64_t>();
    if (!value || *value < 0 || *value > 1'000'000) complain(key, "a number");
    return static_cast<unsigned>(value.value_or(0));
  }
  bool truth(std::string_view key, bool otherwise) {
    known_.emplace_back(key);
    const auto value = table_[key].value<bool>();
    if (!value && table_.contains(key)) complain(key, "true or false");
    return value.value_or(otherwise);
  }
  // The tables of an array, each to `take(Fields&)`.
  template <class Take>
  void tables(std::string_view key, Take take) {
    known_.emplace_back(key);
    const toml::array* array = table_[key].as_array();
    if (!array || array->empty()) return complain(key, "a list of tables");
    for (const toml::node& node : *array) {
      const toml::table* table = node.as_table();
      if (!table) return complain(key, "a list of tables");
      Fields fields(*table, file_);
      take(fields);
      if (complaint_.empty()) complaint_ = fields.finish();
    }
  }
  template <class T>
  std::vector<T> list(std::string_view key, bool required = true) {
    known_.emplace_back(key);
    std::vector<T> all;
    const toml::array* array = table_[key].as_array();
    if (!array) {
      if (required || table_.contains(key)) complain(key, "a list");
      return all;
    }
    for (const toml::node& node : *array) {
      if (const auto value = node.value<T>())
        all.push_back(*value);
      else
        complain(key, "a list of one kind");
    }
    return all;
  }
  // The first complaint; "" where all was well and nothing was left over.
  std::string finish() {
    for (const auto& [key, value] : table_)
      if (complaint_.empty() && std::ranges::find(known_, key.str()) == known_.end())
        complaint_ = fmt::format("{}, line {}: {} means nothing here.", file_.string(),
                                 value.source().begin.line, key.str());
    return complaint_;
  }
  void complain(std::string_view key, std::string_view wanted) {
    if (!complaint_.empty()) return;
    const auto& source = table_.contains(key) ? table_.get(key)->source() : table_.source();
    complaint_ = fmt::format("{}, line {}: {} must be {}.", file_.string(), source.begin.line, key, wanted);
  }

 private:
  const toml::table& table_;
  const path& file_;
  std::vector<std::string> known_;
  std::string complaint_;
};

Result<toml::table> parse(const path& file) {
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  try {
    return toml::parse(*text, file.string());
  } catch (const toml::parse_error& error) {
    return fail(
        fmt::format("{}, line {}: {}.", file.string(), error.source().begin.line, error.description()));
  }
}

}  // namespace

unsigned Lab::points() const {
  unsigned sum = 0;
  for (const LabStep& step : steps) sum += step.points;
  return sum;
}

Result<Manifest> Manifest::load(const path& folder) {
  const path file = folder / "labs.toml";
  const auto table = parse(file);
  if (!table) return std::unexpected(table.error());
  Manifest manifest;
  Fields top(*table, file);
  top.tables("lab", [&](Fields& fields) {
    Lab lab;
    lab.name = fields.text("name");
    lab.title = fields.text("title");
    lab.about = fields.text("about");
    lab.files = fields.list<std::string>("files");
    lab.linker_script = fields.text("linker-script", false);
    lab.fault = fields.text("fault", false);
    fields.tables("step", [&](Fields& step) {
      lab.steps.push_back({step.text("title"), step.number("points")});
    });
    lab.folder = folder / lab.name;
    if (lab.name.size() < 4 || lab.name[2] != '-') fields.complain("name", "two digits, a dash and a word");
    manifest.labs_.push_back(std::move(lab));
  });
  if (const std::string complaint = top.finish(); !complaint.empty()) return fail(complaint);
  return manifest;
}

Result<const Lab*> Manifest::find(std::string_view name) const {
  const auto called = [&](const Lab& lab) {
    const std::string number = lab.number();
    return name == lab.name || name == number || (number[0] == '0' && name == number.substr(1)) ||
           name == lab.name.substr(3);
  };
  const auto found = std::ranges::find_if(labs_, called);
  if (found != labs_.end()) return &*found;
  std::vector<std::string> names;
  for (const Lab& lab : labs_) names.push_back(lab.name);
  return fail(fmt::format("There is no lab {}: there are {}.", name, fmt::join(names, ", ")));
}

Result<std::vector<WrongSolution>> wrong_solutions(const Lab& lab) {
  std::vector<WrongSolution> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(lab.folder / "wrong", error)) {
    if (entry.path().extension() != ".toml") continue;
    const auto table = parse(entry.path());
    if (!table) return std::unexpected(table.error());
    const path file = entry.path();
    Fields fields(*table, file);
    WrongSolution wrong;
    wrong.name = file.stem().string();
    wrong.title = fields.text("title");
    wrong.step = fields.number("step");
    for (const std::int64_t step : fields.list<std::int64_t>("also", false))
      wrong.also.push_back(static_cast<unsigned>(step));
    wrong.says = fields.text("says");
    wrong.builds = fields.truth("builds", true);
    fields.tables("edit", [&](Fields& edit) {
      wrong.edits.push_back({edit.text("file"), edit.text("find"), edit.text("replace")});
    });
    if (const std::string complaint = fields.finish(); !complaint.empty()) return fail(complaint);
    all.push_back(std::move(wrong));
  }
  std::ranges::sort(all, {}, &WrongSolution::name);
  return all;
}

Result<std::vector<std::string>> hints(const Lab& lab, unsigned step) {
  const auto text = read_text(lab.folder / "hints.md");
  if (!text) return std::unexpected(text.error());
  std::vector<std::string> all;
  std::istringstream lines(*text);
  bool here = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## "))
      here = line.starts_with(fmt::format("## Step {}", step)) &&
             (line.size() == fmt::format("## Step {}", step).size() ||
              !std::isdigit(static_cast<unsigned char>(line[fmt::format("## Step {}", step).size()])));
    else if (here && line.starts_with("- "))
      all.push_back(line.substr(2));
    else if (here && line.starts_with("  ") && !all.empty())
      all.back() += "\n" + line.substr(2);
  }
  return all;
}

}  // namespace ringside::labs
