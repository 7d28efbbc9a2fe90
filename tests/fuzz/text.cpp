// SPDX-License-Identifier: GPL-2.0-or-later
// Every text that a person types: what to run until, what to look at, what to press, how much and how long. A
// parser answers or fails with a sentence; a table has a cell for each of its columns; nothing of it moves
// the machine.
//
// Input: a byte that says which parser (kParsers and then the topics of sim/inspect), then the text.
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/machine_options.h"
#include "sim/cli/near_miss.h"
#include "sim/inspect/event_tables.h"
#include "sim/session/session.h"
#include "tests/fuzz/input.h"

namespace ringside::fuzz {
namespace {

// The real kernel, some way into its life: names, types, threads, faults and interrupts to ask about.
Session& session() {
  static const std::unique_ptr<Session> kSession = [] {
    std::ifstream file(RINGSIDE_FUZZ_KERNEL, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const auto raw = std::as_bytes(std::span(bytes));
    auto opened =
        Session::open({.image = {raw.begin(), raw.end()}, .image_name = "kernel.elf", .memory_mib = 16});
    require(opened.has_value(), opened ? "" : opened.error().sentence);
    (void)(*opened)->run(RunLimits{.instructions = 400'000});
    return std::move(*opened);
  }();
  return *kSession;
}

template <class T>
void accept(const Result<T>& result) {
  if (!result) require_sentence(result.error().sentence);
}

void parse_until(const std::string& text) {
  const auto until = session().until(text);
  accept(until);
  if (until && until->matches)
    for (std::uint64_t i = session().machine().events().first(); i < session().machine().events().total();
         i += 97)
      (void)until->matches(session().machine().events()[i]);
}
void parse_place(const std::string& text) { accept(session().symbols().resolve_all(text)); }
void parse_keys(const std::string& text) {
  const auto strokes = key_strokes(text);
  accept(strokes);
  if (strokes)
    require(std::ranges::none_of(*strokes, [](const KeyStroke& s) { return s.key == Key::none; }),
            "a stroke of no key");
}
void parse_key_name(const std::string& text) {
  if (const auto key = key_from_name(text))
    require(key_from_name(key_name(*key)) == key, "a key's own name is another key's");
}
void parse_events(const std::string& text) { accept(event_mask(text)); }
void parse_escapes(const std::string& text) { accept(unescape(text)); }
void parse_budget(const std::string& text) {
  accept(parse_count(text, "--max-instructions"));
  accept(parse_time(text, "--max-time"));
}
void parse_command_line(const std::string& text) {
  CLI::App app;
  MachineOptions machine;
  StimulusOptions stimulus;
  add_machine_options(app, machine);
  add_stimulus_options(app, stimulus);
  try {
    app.parse(text, false);
    accept(budget(stimulus));
  } catch (const CLI::ParseError&) {
  }
}
void find_near(const std::string& text) {
  std::vector<std::string> names;
  for (const InspectTopic& topic : topics()) names.emplace_back(topic.name);
  require(near_misses(text, names).size() <= 3, "more than three near misses");
}

constexpr std::array<void (*)(const std::string&), 9> kParsers = {
    parse_until,   parse_place,  parse_keys,         parse_key_name, parse_events,
    parse_escapes, parse_budget, parse_command_line, find_near};

void look_at(const InspectTopic& topic, const std::string& argument) {
  const auto table = session().inspect(topic.name, argument);
  accept(table);
  if (!table) return;
  for (const Row& row : table->rows)
    require(row.cells.size() <= table->columns.size(),
            fmt::format("{} has {} columns and a row of {} cells", topic.name, table->columns.size(),
                        row.cells.size()));
  if (table->rows.size() < 300) require(!to_text(*table).empty(), "a table without text");
}

}  // namespace
}  // namespace ringside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringside;
  using namespace ringside::fuzz;
  Input input(data, size);
  const unsigned which = input.byte() % (kParsers.size() + topics().size());
  const auto rest = input.rest();
  const std::string text(rest.begin(), rest.end());
  const std::uint64_t before = session().machine().instructions();
  if (which < kParsers.size())
    kParsers[which](text);
  else
    look_at(topics()[which - kParsers.size()], text);
  require(session().machine().instructions() == before, "asking moved the machine");
  return 0;
}
