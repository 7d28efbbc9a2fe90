// SPDX-License-Identifier: GPL-2.0-or-later
// lockstep: guests on our machine and on QEMU, compared before every instruction. Exit status 0: nothing is
// unexplained; 1: something is; 2: no comparison could be made.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "follower.h"
#include "subjects.h"

// So many instructions of each guest reach the end of every image: then each entry of the table must be met.
constexpr std::uint64_t kLongRun = 4'000'000;

int main(int argc, char** argv) {
  using namespace ringside;
  using namespace ringside::lockstep;
  CLI::App app{"Guests on our machine and on QEMU, compared before every instruction."};
  std::vector<std::string> only;
  Amount amount;
  std::uint64_t interval = 5000;
  bool list = false;
  app.add_option("--only", only, "guests whose names begin so")->delimiter(',');
  app.add_option("--instructions", amount.instructions, "of each guest, at most");
  app.add_option("--random", amount.random_guests, "how many random guests");
  app.add_option("--random-instructions", amount.random_instructions, "of each random guest, at most");
  app.add_option("--seed", amount.first_seed, "of the first of them");
  app.add_option("--interval", interval, "instructions from one comparison of all memory to the next");
  app.add_flag("--list", list, "print the guests' names and leave");
  CLI11_PARSE(app, argc, argv);

  Tally total;
  std::size_t wrong = 0;
  for (const Subject& subject : subjects(amount)) {
    const bool wanted = only.empty() || std::ranges::any_of(only, [&](const std::string& name) {
                          return subject.name.starts_with(name);
                        });
    if (!wanted) continue;
    if (list) {
      fmt::print("{}\n", subject.name);
      continue;
    }
    const auto outcome = follow(guest(subject), launch_pad(), interval);
    if (!outcome) {
      fmt::print(stderr, "lockstep: {}: {}\n", subject.name, outcome.error().sentence);
      return 2;
    }
    fmt::print("{:<44} {:>9} states, {:>6} exceptions, {:>5} interrupts, memory {:>4} times. {}\n",
               subject.name, outcome->tally.states, outcome->tally.exceptions, outcome->tally.interrupts,
               outcome->tally.memories, outcome->end);
    for (const std::string& text : outcome->unexplained) fmt::print("  {}\n", text);
    std::fflush(stdout);
    wrong += outcome->unexplained.size();
    total.add(outcome->tally);
  }
  if (list) return 0;
  fmt::print("{}{} unexplained\n", summary(total), wrong);
  if (only.empty() && amount.instructions >= kLongRun)
    for (const Reason& reason : reasons())
      if (!total.explained.contains(std::string(reason.name))) {
        fmt::print("The table explains \"{}\", which no guest has met.\n", reason.name);
        ++wrong;
      }
  return wrong ? 1 : 0;
}
