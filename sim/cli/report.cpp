// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/report.h"

#include <fmt/format.h>

#include <map>

#include "sim/cli/screen_print.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

using nlohmann::json;

// Numbers of 64 bits go as text: programs that read JSON keep 53 bits of a number.
std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

json registers(const CpuState& cpu) {
  static constexpr const char* kNames[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                           "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  json out;
  for (unsigned i = 0; i < 16; ++i) out[kNames[i]] = hex(cpu.gpr[i]);
  out["rip"] = hex(cpu.rip);
  out["rflags"] = hex(cpu.rflags);
  out["cr0"] = hex(cpu.cr0);
  out["cr2"] = hex(cpu.cr2);
  out["cr3"] = hex(cpu.cr3);
  out["cr4"] = hex(cpu.cr4);
  out["efer"] = hex(cpu.efer);
  const std::pair<const char*, const Segment*> segments[] = {
      {"cs", &cpu.cs}, {"ds", &cpu.ds}, {"es", &cpu.es}, {"fs", &cpu.fs}, {"gs", &cpu.gs}, {"ss", &cpu.ss}};
  for (const auto& [name, segment] : segments) out[name] = hex(segment->selector);
  return out;
}

json events(const EventLog& log) {
  std::map<std::string, std::uint64_t> counts;
  for (std::uint64_t i = log.first(); i < log.total(); ++i) ++counts[name(log[i].kind)];
  return {{"total", log.total()}, {"kept", log.total() - log.first()}, {"kinds", counts}};
}

}  // namespace

std::string summary(Session& session, const RunResult& result) {
  const Machine& machine = session.machine();
  const std::uint64_t rip = linear_rip(machine.cpu());
  std::string place = place_words(session.symbols(), rip);
  if (const std::string source = source_words(session.symbols(), rip); !source.empty())
    place += fmt::format(" ({})", source);
  std::string text;
  if (result.ending == Ending::triple_fault)
    text = explain(result.stop, session.context()).text();
  else
    text = result.sentence;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return fmt::format("{}{}{} instructions, {} of machine time, stopped at {}.", text,
                     text.contains('\n') ? '\n' : ' ', count_words(machine.instructions()),
                     time_words(machine.time()), place);
}

json table_as_json(const Table& table) {
  json columns = json::array(), rows = json::array();
  for (const Column& column : table.columns) columns.push_back(column.heading);
  for (const Row& row : table.rows) {
    json cells = json::array();
    for (const Cell& cell : row.cells) cells.push_back(cell.text);
    rows.push_back({{"key", row.key}, {"cells", std::move(cells)}});
  }
  return {{"name", table.name},
          {"title", table.title},
          {"note", table.note},
          {"columns", columns},
          {"rows", rows}};
}

json explanation_as_json(const Explanation& explanation) {
  json paragraphs = json::array(), causes = json::array();
  for (const Sentence& paragraph : explanation.paragraphs) paragraphs.push_back(plain(paragraph));
  for (const Cause& cause : explanation.causes) causes.push_back(cause.text);
  return {{"headline", plain(explanation.headline)}, {"paragraphs", paragraphs}, {"causes", causes}};
}

json run_as_json(Session& session, const RunResult& result) {
  const Machine& machine = session.machine();
  const Symbols& symbols = session.symbols();
  const std::uint64_t rip = linear_rip(machine.cpu());
  json out;
  out["stop"] = name(result.ending);
  out["exit_status"] = exit_status(result.ending, result.stop);
  if (result.ending == Ending::guest_exit) {
    const std::uint64_t value = machine.board().debug_exit.value;
    out["guest_value"] = value;
    out["guest_status"] = value << 1 | 1;  // all bits of it
  }
  out["sentence"] = result.sentence;
  out["instructions"] = machine.instructions();
  out["time_ns"] = machine.time();
  out["rip"] = hex(rip);
  out["symbol"] = symbols.name({rip});
  out["source"] = source_words(symbols, rip);
  out["state_hash"] = fmt::format("{:016x}", machine.state_hash());
  const ScreenText screen = guest_screen(machine);
  json lines = json::array();
  const std::string text = screen_as_text(screen);
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  out["screen"] = std::move(lines);
  if (screen.cursor)
    out["cursor"] = {{"row", screen.cursor->at.row}, {"column", screen.cursor->at.column}};
  else
    out["cursor"] = nullptr;
  out["serial_bytes"] = machine.serial().size();
  out["serial"] = std::string(machine.serial().begin(), machine.serial().end());
  out["console_bytes"] = machine.debug_console().size();
  out["console"] = std::string(machine.debug_console().begin(), machine.debug_console().end());
  out["events"] = events(machine.events());
  out["registers"] = registers(machine.cpu());
  return out;
}

std::string json_text(const json& object) {
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace ringside
