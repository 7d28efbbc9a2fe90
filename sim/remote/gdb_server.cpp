// SPDX-License-Identifier: GPL-2.0-or-later
// Packets in, packets out: acknowledgements, which packet is whose, and what a stop looks like to gdb.
#include "sim/remote/gdb_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/remote/hex.h"
#include "sim/remote/registers.h"

namespace ringside {
namespace {

// gdb's own signal numbers (include/gdb/signals.def), for the letter T.
constexpr unsigned kSigint = 2, kSigill = 4, kSigtrap = 5, kSegv = 11;
constexpr std::size_t kConsolePiece = 1024;

unsigned signal_of(const Stop& stop) {
  switch (stop.kind) {
    case StopKind::paused: return kSigint;
    case StopKind::triple_fault: return kSegv;
    case StopKind::unsupported: return kSigill;
    default: return kSigtrap;
  }
}

}  // namespace

GdbServer::GdbServer(Session& session) : session_(session), motion_(session), monitor_(session, motion_) {}

void GdbServer::connected() {
  disconnected();
  reader_.clear();
  output_.clear();
  last_frame_.clear();
  last_stop_reply_.clear();
  acknowledges_ = true;
  detached_ = killed_ = false;
}

void GdbServer::disconnected() {
  if (running()) motion_.pause();
  breakpoints_.clear();
  breakpoints_.install(session_.machine());
  session_.machine().breakpoints().clear();  // those of "monitor break"
}

std::string GdbServer::take_output() { return std::exchange(output_, {}); }

void GdbServer::receive(std::string_view bytes) {
  reader_.feed(bytes);
  while (const auto incoming = reader_.next()) {
    using enum Incoming::Kind;
    if (incoming->kind == acknowledged) continue;
    if (incoming->kind == not_acknowledged) {
      if (acknowledges_) output_ += last_frame_;
      continue;
    }
    // A client that waits for a stop sends nothing but Ctrl-C; whatever it is, the machine stands from here
    // on.
    if (running()) stopped(motion_.pause());
    if (incoming->kind == interrupt) continue;
    if (acknowledges_) output_ += incoming->kind == packet ? '+' : '-';
    if (incoming->kind == packet && !detached_ && !killed_) handle(incoming->payload);
  }
}

void GdbServer::run_slice(Ticks ticks, const std::atomic<bool>* pause) {
  if (const auto stop = motion_.slice(ticks, pause)) stopped(*stop);
}

void GdbServer::handle(std::string_view packet) {
  const std::string reply = answer(packet);
  if (!running() && !killed_) send(reply);
}

void GdbServer::send(std::string_view payload) {
  last_frame_ = framed(payload);
  output_ += last_frame_;
}

void GdbServer::console(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(std::min(kConsolePiece, text.size())))
    send("O" + to_hex(text.substr(0, kConsolePiece)));
}

void GdbServer::stopped(const Stop& stop) {
  // The guest's end is a stop like any other, so that one can look and go back; going on from it is the end.
  // Of this, and of what "monitor break" has asked for, gdb knows nothing: it is told.
  const bool at_breakpoint = stop.kind == StopKind::breakpoint || stop.kind == StopKind::watchpoint;
  if (stop.final() || stop.kind == StopKind::event ||
      (at_breakpoint && breakpoints_.reason(stop.value).empty()))
    console(plain(session_.what_just_happened().headline) + "\n");
  send(stop_reply(stop));
}

std::string GdbServer::stop_reply(const Stop& stop) {
  std::string reply = fmt::format("T{:02x}", signal_of(stop));
  if (stop.kind == StopKind::breakpoint || stop.kind == StopKind::watchpoint)
    reply += breakpoints_.reason(stop.value);
  if (stop.kind == StopKind::history_start) reply += "replaylog:begin;";
  reply += "thread:1;";
  // Frame, stack and instruction pointer, which gdb asks for after every stop.
  constexpr unsigned kRbp = 6, kRsp = 7, kRip = 16;
  const CpuState& cpu = session_.machine().cpu();
  for (const unsigned number : {kRbp, kRsp, kRip})
    reply += fmt::format("{:02x}:{};", number, register_hex(cpu, remote_registers()[number]));
  return last_stop_reply_ = reply;
}

std::string GdbServer::answer(std::string_view packet) {
  if (packet.empty()) return {};
  const std::string_view rest = packet.substr(1);
  switch (packet[0]) {
    case '?':
      return last_stop_reply_.empty() ? stop_reply({.kind = StopKind::step, .sentence = {}})
                                      : last_stop_reply_;
    case 'g': return read_registers();
    case 'G': return write_registers(rest);
    case 'p': return read_register(rest);
    case 'P': return write_register(rest);
    case 'm': return read_memory(rest);
    case 'M': return write_memory(rest, false);
    case 'X': return write_memory(rest, true);
    case 'Z': return breakpoint(rest, true);
    case 'z': return breakpoint(rest, false);
    case 'c': return resume_at(rest, false);
    case 's': return resume_at(rest, true);
    case 'b': return backwards(rest);
    case 'D': detached_ = true; return "OK";
    case 'k': killed_ = true; return {};
    case 'H': return "OK";  // there is one thread, whichever is meant
    case 'T': return rest == "1" ? "OK" : "E01";
    case 'q':
    case 'Q':
    case 'v': return general_query(packet);
    default: return {};  // not supported
  }
}

}  // namespace ringside
