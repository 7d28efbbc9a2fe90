// SPDX-License-Identifier: GPL-2.0-or-later
// As much of GDB's remote serial protocol as it takes to run to an address and to step from there.
// Source: GDB manual, appendix E.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringside::bench {

class RspClient {
 public:
  // A listening unix socket; waits up to ten seconds for it to appear.
  explicit RspClient(const std::string& socket_path);
  ~RspClient();
  RspClient(const RspClient&) = delete;
  RspClient& operator=(const RspClient&) = delete;

  bool connected() const { return socket_ >= 0; }
  // Sends a packet and returns the answer's payload; empty when the connection has ended.
  std::string ask(std::string_view packet);
  // The two halves of it, for what takes time, and the byte that stops a running machine.
  bool send(std::string_view packet);
  std::string answer();
  bool acknowledged() { return next_byte() == '+'; }  // where the answer itself is long in coming
  void interrupt();
  int descriptor() const { return socket_; }  // to wait for an answer

 private:
  int next_byte();  // -1: the connection has ended
  int socket_ = -1;
  char buffer_[4096];
  std::size_t at_ = 0, filled_ = 0;
};

}  // namespace ringside::bench
