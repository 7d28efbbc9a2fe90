// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb asks about the target, and the packets whose names are words.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "sim/cpu/cpu_state.h"
#include "sim/remote/description.h"
#include "sim/remote/gdb_server.h"
#include "sim/remote/hex.h"

namespace ringside {
namespace {

// "OFFSET,LENGTH" of a text: 'm' where more follows, 'l' where it is the last.
std::string piece(const std::string& whole, std::string_view range) {
  const auto offset = hex_number(take_until(range, ',')), length = hex_number(range);
  if (!offset || !length) return "E01";
  if (*offset >= whole.size()) return "l";
  // Each byte may need an escape.
  const std::size_t most = std::min<std::uint64_t>(*length, kPacketSize / 2 - 16);
  const std::string part = whole.substr(*offset, most);
  return (*offset + part.size() < whole.size() ? "m" : "l") + part;
}

}  // namespace

std::string GdbServer::general_query(std::string_view packet) {
  std::string_view rest = packet;
  const std::string_view name = rest.substr(0, rest.find_first_of(":,;"));
  rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  if (name == "qSupported")
    return fmt::format(
        "PacketSize={:x};qXfer:features:read+;qXfer:memory-map:read+;qXfer:exec-file:read+;swbreak+;hwbreak+;"
        "ReverseStep+;ReverseContinue+;QStartNoAckMode+;vContSupported+",
        kPacketSize);
  if (name == "QStartNoAckMode") {
    acknowledges_ = false;  // this packet has been acknowledged already
    return "OK";
  }
  if (name == "qXfer") return transfer(rest);
  if (name == "qRcmd") return run_monitor(rest);
  if (name == "vCont?") return "vCont;c;C;s;S;r";
  if (name == "vCont") return resume(rest);
  if (name == "vKill") {
    killed_ = true;
    send("OK");
    return {};
  }
  if (name == "qC") return "QC1";
  if (name == "qfThreadInfo") return "m1";
  if (name == "qsThreadInfo") return "l";
  if (name == "qThreadExtraInfo") {
    const CpuState& cpu = session_.machine().cpu();
    return to_hex(
        fmt::format("{} mode, ring {}{}", ringside::name(mode(cpu)), cpu.cpl, cpu.halted ? ", halted" : ""));
  }
  if (name == "qAttached") return "1";  // the guest was there before gdb and stays behind it
  if (name == "qOffsets") return "Text=0;Data=0;Bss=0";
  if (name == "qSymbol") return "OK";
  return {};  // vMustReplyEmpty among them
}

std::string GdbServer::transfer(std::string_view request) {
  const std::string_view object = take_until(request, ':'), operation = take_until(request, ':'),
                         annex = take_until(request, ':');
  if (operation != "read") return {};
  if (object == "features") return annex == "target.xml" ? piece(target_description(), request) : "E00";
  if (object == "memory-map") return piece(linear_memory_map(), request);
  if (object == "exec-file") {
    std::error_code error;
    const std::string& image = session_.machine().config().image_name;
    return piece(std::filesystem::absolute(image, error).string(), request);
  }
  return {};
}

std::string GdbServer::run_monitor(std::string_view hex) {
  const auto line = from_hex(hex);
  if (!line) return "E01";
  // gdb takes its breakpoints out whenever the machine stands, or soon puts them back: these words see their
  // own.
  breakpoints_.withdraw(session_.machine());
  const Monitor::Answer answer = monitor_.run(*line);
  breakpoints_.install(session_.machine());
  if (answer.moved) last_stop_reply_.clear();
  console(answer.text);
  return "OK";
}

}  // namespace ringside
