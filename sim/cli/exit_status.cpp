// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/exit_status.h"

#include <fmt/format.h>

#include <array>

namespace ringside {
namespace {

struct Line {
  Ending ending;
  const char* name;
  int status;  // -1: the guest's
  const char* help;
};

constexpr std::array kTable{
    Line{Ending::power_off, "power-off", 0, "the guest switched the machine off"},
    Line{Ending::goal, "until", 0, "what --until named was reached"},
    Line{Ending::left, "left", 0, "you left an interactive run by Ctrl-]"},
    Line{Ending::guest_exit, "debug-exit", -1,
         "the guest wrote V to the debug-exit port: (V << 1) | 1, lowest 8 bits"},
    Line{Ending::budget, "budget", 4, "--max-instructions or --max-time is used up"},
    Line{Ending::idle, "idle", 6, "the guest waits for input and there is none left"},
    Line{Ending::halted_forever, "halted-forever", 8, "HLT with interrupts off"},
    Line{Ending::reset, "reset", 10, "the guest reset the machine"},
    Line{Ending::triple_fault, "triple-fault", 12, "triple fault"},
    Line{Ending::unsupported, "unsupported", 14, "the engine cannot run what the guest does"},
    Line{Ending::differs, "differs", 16, "a replay went otherwise than its recording"},
    Line{Ending::interrupted, "interrupted", 130, "Ctrl-C or another signal; files are complete up to there"},
};

const Line& line(Ending ending) {
  for (const Line& entry : kTable)
    if (entry.ending == ending) return entry;
  return kTable.back();
}

}  // namespace

const char* name(Ending ending) { return line(ending).name; }

int exit_status(Ending ending, const Stop& stop) {
  const int status = line(ending).status;
  return status >= 0 ? status : static_cast<int>((stop.value & 0xFF) | 1);
}

Ending ending_of(const Stop& stop) {
  switch (stop.kind) {
    case StopKind::debug_exit: return Ending::guest_exit;
    case StopKind::power_off: return Ending::power_off;
    case StopKind::reset: return Ending::reset;
    case StopKind::triple_fault: return Ending::triple_fault;
    case StopKind::halted_forever: return Ending::halted_forever;
    case StopKind::unsupported: return Ending::unsupported;
    case StopKind::idle: return Ending::idle;
    case StopKind::paused: return Ending::interrupted;
    case StopKind::budget: return Ending::budget;
    case StopKind::step:
    case StopKind::address:
    case StopKind::breakpoint:
    case StopKind::watchpoint:
    case StopKind::history_start:
    case StopKind::event:
    case StopKind::text: return Ending::goal;
  }
  return Ending::unsupported;
}

std::string exit_status_help() {
  std::string text = "Exit status (the guest's own is always odd, Ringside's always even):\n";
  for (const Line& entry : kTable)
    text +=
        fmt::format("  {:>4}  {}\n", entry.status >= 0 ? fmt::format("{}", entry.status) : "odd", entry.help);
  text += fmt::format(
      "  {:>4}  wrong arguments, an image that does not load, a file that cannot be written\n", kHostError);
  return text;
}

}  // namespace ringside
