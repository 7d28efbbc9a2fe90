// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/inspect/topics.h"

namespace ringside {
namespace {

// gdb keeps the registers it has read until the machine runs.
constexpr const char* kMoved =
    "gdb still shows the registers from before: type \"maintenance flush register-cache\".\n";

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string Monitor::help() const {
  std::string text =
      "what                        what the last step or run did, and why it ended\n"
      "reset                       power-on again; breakpoints stay\n"
      "interrupts through|into     whether a step runs an interrupt's handler to its end, or stops in it\n"
      "and whatever there is to inspect:\n";
  for (const InspectTopic& topic : topics())
    text += fmt::format("{:<27} {}\n", fmt::format("{} {}", topic.name, topic.argument), topic.help);
  return text;
}

std::string Monitor::run(std::string_view line) {
  line = trimmed(line);
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const auto result = command(line.substr(0, blank), trimmed(line.substr(blank)));
  return result ? *result : result.error().sentence + "\n";
}

Result<std::string> Monitor::command(std::string_view word, std::string_view argument) {
  if (word.empty() || word == "help") return help();
  if (word == "what") return session_.what_just_happened().text();
  if (word == "reset") {
    session_.reset();
    return std::string("The machine stands before the first instruction of its kernel.\n") + kMoved;
  }
  if (word == "interrupts") {
    if (argument == "into" || argument == "through") motion_.set_into_interrupts(argument == "into");
    return std::string(motion_.into_interrupts() ? "A step goes into an interrupt's handler.\n"
                                                 : "A step runs an interrupt's handler to its end.\n");
  }
  if (word == "inspect") {
    const std::size_t blank = std::min(argument.find_first_of(" \t"), argument.size());
    word = argument.substr(0, blank);
    argument = trimmed(argument.substr(blank));
  }
  if (!find_topic(word))
    return fail(fmt::format("There is no \"monitor {}\"; \"monitor help\" lists what there is.", word));
  const auto table = session_.inspect(word, argument);
  if (!table) return std::unexpected(table.error());
  return to_text(*table);
}

}  // namespace ringside
