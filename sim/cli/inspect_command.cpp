// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli inspect and explain: what the machine holds at a point of its run, and what has just happened
// there.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/command.h"
#include "sim/cli/exit_status.h"
#include "sim/cli/host_file.h"
#include "sim/cli/machine_options.h"
#include "sim/cli/near_miss.h"
#include "sim/cli/report.h"
#include "sim/cli/signals.h"
#include "sim/inspect/topics.h"

namespace ringside {
namespace {

struct InspectOptions {
  MachineOptions machine;
  StimulusOptions stimulus;
  std::vector<std::string> words;  // [IMAGE] WHAT [ARGUMENT...], or [IMAGE] of explain
  std::string at;
  bool json = false, list = false;
};

constexpr const char* kInspectExamples =
    "Examples:\n"
    "  ringside-cli inspect --list                                what there is to see\n"
    "  ringside-cli inspect kernel.elf idt --at sti               the interrupt table when a function is "
    "reached\n"
    "  ringside-cli inspect kernel.elf walk 0xffffffff80101000    the page walk of an address\n"
    "  ringside-cli inspect registers --at \"#pf\" --append \"run=fault pf\"     of the kernel beside this "
    "program\n"
    "  ringside-cli inspect kernel.elf events irq 20 --json       the newest twenty, for a program\n";
constexpr const char* kExplainExamples =
    "Examples:\n"
    "  ringside-cli explain kernel.elf --at exception             the first exception, in plain words\n"
    "  ringside-cli explain --append \"run=fault triple\"           a triple fault, link by link\n";

Result<void> print(const std::string& text) {
  OutputFile out = *OutputFile::open("-", "result");
  return out.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string topic_list() {
  std::string text;
  for (const InspectTopic& topic : topics())
    text +=
        fmt::format("  {:<14}{}{}{}\n", topic.name, topic.help, *topic.argument ? "  " : "", topic.argument);
  return text;
}

nlohmann::json topics_as_json() {
  nlohmann::json list = nlohmann::json::array();
  for (const InspectTopic& topic : topics())
    list.push_back(
        {{"name", topic.name}, {"title", topic.title}, {"help", topic.help}, {"argument", topic.argument}});
  return list;
}

std::unexpected<Error> unknown_topic(const std::string& name) {
  std::vector<std::string> names;
  for (const InspectTopic& topic : topics()) names.emplace_back(topic.name);
  return fail(fmt::format("There is nothing named \"{}\" to inspect.{} There are:\n{}", name,
                          did_you_mean(name, names), topic_list()));
}

// Runs to the point; where the run ends before it, the sentence says so on standard error. `status` is then
// that of the run.
Result<std::unique_ptr<Session>> run_to_point(const InspectOptions& options, int& status) {
  auto limits = budget(options.stimulus);
  if (!limits) return std::unexpected(limits.error());
  auto keyboard = typist(options.stimulus);
  if (!keyboard) return std::unexpected(keyboard.error());
  auto session = open_session(options.machine);
  if (!session) return session;
  std::optional<Until> goal;
  if (!options.at.empty()) {
    auto parsed = (*session)->until(options.at);
    if (!parsed) return std::unexpected(parsed.error());
    goal = std::move(*parsed);
  }
  catch_signals();
  auto ended = run_guest(**session, goal, *limits, *keyboard, {{}, signal_flag()});
  if (!ended) return std::unexpected(ended.error());
  if (ended->ending == Ending::interrupted && caught_signal()) die_by(caught_signal());
  if (goal && ended->ending != Ending::goal) {
    fmt::print(stderr, "ringside-cli: \"{}\" was not reached. {}\n", options.at, summary(**session, *ended));
    status = exit_status(ended->ending, ended->stop);
  }
  return session;
}

Result<int> inspect_machine(InspectOptions options) {
  if (options.list) {
    if (auto done = print(options.json ? json_text(topics_as_json()) : topic_list()); !done)
      return std::unexpected(done.error());
    return 0;
  }
  // The image may be left out: then the first word looks like no file, and none is there.
  std::error_code error;
  auto& words = options.words;
  const bool names_file = !words.empty() && (words[0].find_first_of("/.") != std::string::npos ||
                                             std::filesystem::exists(words[0], error));
  if (names_file) {
    options.machine.image = words[0];
    words.erase(words.begin());
  }
  if (words.empty())
    return fail(
        fmt::format("Say what to inspect: ringside-cli inspect IMAGE WHAT. There are:\n{}", topic_list()));
  const std::string what = words[0];
  if (!find_topic(what)) return unknown_topic(what);
  std::string argument;
  for (std::size_t i = 1; i < words.size(); ++i) argument += (i > 1 ? " " : "") + words[i];

  int status = 0;
  auto session = run_to_point(options, status);
  if (!session) return std::unexpected(session.error());
  auto table = (*session)->inspect(what, argument);
  if (!table) return std::unexpected(table.error());
  if (auto done = print(options.json ? json_text(table_as_json(*table)) : to_text(*table)); !done)
    return std::unexpected(done.error());
  return status;
}

Result<int> explain_machine(InspectOptions options) {
  if (options.words.size() > 1) return fail("explain takes one image; the point goes behind --at.");
  if (!options.words.empty()) options.machine.image = options.words[0];
  int status = 0;
  auto session = run_to_point(options, status);
  if (!session) return std::unexpected(session.error());
  const Explanation explanation = (*session)->what_just_happened();
  if (auto done = print(options.json ? json_text(explanation_as_json(explanation)) : explanation.text());
      !done)
    return std::unexpected(done.error());
  return status;
}

void add_common_options(CLI::App& app, InspectOptions& options) {
  app.add_option("--at", options.at, "where to stop (default: where the run ends by itself)")
      ->type_name("POINT");
  app.add_flag("--json", options.json, "as one JSON value");
  add_machine_options(app, options.machine);
  add_stimulus_options(app, options.stimulus);
}

}  // namespace

CommandEntry add_inspect_command(CLI::App& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* app = program.add_subcommand("inspect", "runs to a point and prints what the machine holds");
  app->add_option("WORDS", options->words,
                  "the kernel, what to show, and what some of them take: an address, a count")
      ->option_text("[IMAGE] WHAT [ARGUMENT...]");
  app->add_flag("--list", options->list, "what there is to inspect");
  add_common_options(*app, *options);
  app->footer(
      [] { return fmt::format("{}\n{}\nWHAT is one of:\n{}", kInspectExamples, kPoints, topic_list()); });
  return {app, [options] { return inspect_machine(*options); }};
}

CommandEntry add_explain_command(CLI::App& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* app =
      program.add_subcommand("explain", "runs to a point and says in plain words what just happened");
  app->add_option("IMAGE", options->words, "the kernel (default: the one built beside this program)")
      ->expected(0, 1);
  add_common_options(*app, *options);
  app->footer(fmt::format("{}\n{}", kExplainExamples, kPoints));
  return {app, [options] { return explain_machine(*options); }};
}

}  // namespace ringside
