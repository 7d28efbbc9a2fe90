// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <tuple>

namespace ringside {
namespace {

// gdb keeps the registers it has read until the machine runs.
constexpr const char* kMoved =
    "gdb still shows the machine as it was: type \"maintenance flush register-cache\".\n";

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string Monitor::help() {
  std::string text = session_.command("help").value_or("");
  text += fmt::format("{:<34} {}\n", "interrupts through|into",
                      "whether gdb's steps run an interrupt's handler to its end");
  if (typing_)
    text +=
        fmt::format("{:<34} {}\n", "type KEYS", "on the keyboard, when the guest waits: type help<Enter>");
  return text + fmt::format("{:<34} {}\n", "reset", "power-on again; history is forgotten");
}

Monitor::Answer Monitor::run(std::string_view line) {
  const auto standing = [this] {
    const Timeline& timeline = session_.timeline();
    return std::tuple(timeline.now(), timeline.branch(), session_.machine().registers());
  };
  const auto before = standing();
  const auto result = command(trimmed(line));
  Answer answer{result ? *result : result.error().sentence + "\n", !(standing() == before)};
  if (answer.moved) answer.text += kMoved;
  return answer;
}

Result<std::string> Monitor::command(std::string_view line) {
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, blank), argument = trimmed(line.substr(blank));
  if (word.empty() || word == "help") return help();
  if (word == "reset") {
    session_.reset();
    return "The machine stands before the first instruction of its kernel.\n";
  }
  if (word == "interrupts") {
    if (argument == "into" || argument == "through") motion_.set_into_interrupts(argument == "into");
    return motion_.into_interrupts() ? "A step goes into an interrupt's handler.\n"
                                     : "A step runs an interrupt's handler to its end.\n";
  }
  if (word == "type" && typing_) {
    if (auto done = typing_(argument); !done) return std::unexpected(done.error());
    return "It is typed as soon as the guest runs and waits for it.\n";
  }
  return session_.command(line);
}

}  // namespace ringside
