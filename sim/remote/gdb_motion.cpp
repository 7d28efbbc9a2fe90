// SPDX-License-Identifier: GPL-2.0-or-later
// The packets that set the machine in motion. They are answered by the stop, or at once where there is no
// motion.
#include <fmt/format.h>

#include "sim/remote/gdb_server.h"
#include "sim/remote/hex.h"

namespace ringside {
namespace {

// How the guest ended, for a client that wants to go on from there. gdb takes its leave after this.
std::string exit_reply(const Stop& end) {
  switch (end.kind) {
    case StopKind::debug_exit: return fmt::format("W{:02x}", end.value & 0xFF);
    case StopKind::power_off:
    case StopKind::reset: return "W00";
    case StopKind::unsupported: return "X04";     // SIGILL
    case StopKind::halted_forever: return "X06";  // SIGABRT
    default: return "X0b";                        // SIGSEGV
  }
}

}  // namespace

// "ACTION[:THREAD];..."; of one thread, the first action is what counts.
std::string GdbServer::resume(std::string_view actions) {
  std::string_view action = take_until(actions, ';');
  action = take_until(action, ':');
  if (action.empty()) return "E01";
  const char kind = action[0];
  action.remove_prefix(1);
  std::uint64_t start = 0, end = 0;
  if (kind == 'r') {
    const auto first = hex_number(take_until(action, ',')), last = hex_number(action);
    if (!first || !last) return "E01";
    start = *first;
    end = *last;
  } else if (kind != 'c' && kind != 'C' && kind != 's' && kind != 'S') {
    return "E01";
  }
  if (const auto& final_stop = session_.machine().final_stop()) return exit_reply(*final_stop);
  if (kind == 'c' || kind == 'C')
    motion_.go();
  else
    motion_.step_range(start, end);
  return {};
}

// "[ADDRESS]" of the packets c and s.
std::string GdbServer::resume_at(std::string_view address, bool step) {
  if (!address.empty()) {
    const auto target = hex_number(address);
    if (!target) return "E01";
    const CpuState& cpu = session_.machine().cpu();
    const std::uint64_t rip = *target - (linear_rip(cpu) - cpu.rip);
    if (!session_.apply(SetRegister{kSetRip, rip})) return "E04";
  }
  return resume(step ? "s" : "c");
}

std::string GdbServer::backwards(std::string_view kind) {
  if (kind == "s")
    motion_.step_back();
  else if (kind == "c")
    motion_.go_back();
  return {};
}

}  // namespace ringside
