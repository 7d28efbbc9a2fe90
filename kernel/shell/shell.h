// SPDX-License-Identifier: MIT
//
// The prompt: reads a line, from keyboard or serial line, and executes it.
#pragma once

#include <span>
#include <string_view>

namespace kernel {

struct Command {
  std::string_view name;
  std::string_view arguments;  // for the help text
  std::string_view help;
  void (*run)(std::string_view arguments);
};

// All commands, in the order in which `help` lists them.
std::span<const Command> commands();

// One line, as if it had been typed.
void execute(std::string_view line);

// Several, separated by semicolons. Each is shown behind a prompt, as if it had been typed.
void execute_all(std::string_view lines);

// Reads and executes lines for ever.
[[noreturn]] void run_prompt();

}  // namespace kernel
