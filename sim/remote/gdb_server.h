// SPDX-License-Identifier: GPL-2.0-or-later
// gdb's remote serial protocol for a session: bytes in, bytes out, no I/O of its own. One processor, one
// thread (1), everything stopped while gdb looks. Whoever owns it feeds it what arrives, sends what it has to
// say, and, as long as running(), lets it run in slices.
// Source: GDB manual, appendix E.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sim/remote/monitor.h"
#include "sim/remote/motion.h"
#include "sim/remote/packet.h"
#include "sim/remote/registers.h"
#include "sim/remote/remote_breakpoints.h"
#include "sim/session/session.h"

namespace ringside {

class GdbServer {
 public:
  explicit GdbServer(Session& session);

  // A client has come: nothing of the one before is left but the machine, as it stands.
  void connected();
  // While the machine runs, whatever comes stops it.
  void receive(std::string_view bytes);
  // What there is to be sent, in order.
  std::string take_output();

  // What "monitor type TEXT" does: keys for the guest. Without it there is no such word.
  void set_typing(Monitor::Typing typing) { monitor_.set_typing(std::move(typing)); }

  bool running() const { return motion_.under_way(); }
  // `pause` ends a slice that goes back in time, which may take long; see searches().
  void run_slice(Ticks ticks, const std::atomic<bool>* pause = nullptr);
  bool searches() const { return motion_.searches(); }
  // Machine time of the last slice that the processor spent in HLT: waiting so long on the host's side keeps
  // an idle guest from using up the host's processor.
  Ticks idle() const { return motion_.idle(); }
  // The client has gone, or is gone: the machine stands.
  void disconnected();

  bool detached() const { return detached_; }  // the client has said goodbye
  bool killed() const { return killed_; }      // the client has ended the guest

 private:
  void handle(std::string_view packet);
  void send(std::string_view payload);
  void console(std::string_view text);  // gdb prints it

  // Each answers what it was asked; gdb_queries.cpp, gdb_state.cpp and gdb_motion.cpp have them.
  std::string answer(std::string_view packet);
  std::string general_query(std::string_view packet);
  std::string transfer(std::string_view request);
  std::string read_registers();
  std::string write_registers(std::string_view hex);
  std::string read_register(std::string_view number);
  std::string write_register(std::string_view assignment);
  std::string read_memory(std::string_view range);
  std::string write_memory(std::string_view request, bool binary);
  std::string breakpoint(std::string_view request, bool insert);
  std::string run_monitor(std::string_view hex);
  // Set the machine in motion: answered when it stops.
  std::string resume(std::string_view actions);
  std::string resume_at(std::string_view address, bool step);
  std::string backwards(std::string_view kind);
  std::string set_register(const RemoteRegister& reg, std::string_view hex);

  void stopped(const Stop& stop);
  std::string stop_reply(const Stop& stop);

  Session& session_;
  RemoteBreakpoints breakpoints_;
  Motion motion_;
  Monitor monitor_;
  PacketReader reader_;
  std::string output_, last_frame_, last_stop_reply_;
  bool acknowledges_ = true, detached_ = false, killed_ = false;
};

}  // namespace ringside
