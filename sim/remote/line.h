// SPDX-License-Identifier: GPL-2.0-or-later
// The line to a gdb: a listening socket, or standard input and output, and the loop that serves whoever is at
// the other end.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "sim/base/error.h"
#include "sim/base/units.h"
#include "sim/remote/gdb_server.h"

namespace ringside {

// Waits for clients. Move-only; the socket's file goes with it.
class Listener {
 public:
  // On 127.0.0.1 alone: whoever reaches this port owns the machine. Port 0 lets the system choose.
  static Result<Listener> tcp(std::uint16_t port);
  // A socket file, made here; one that nobody listens at any more is replaced.
  static Result<Listener> local(const std::string& path);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  std::uint16_t port() const { return port_; }  // 0: a socket file
  // A descriptor of the next client, for the caller to close; nothing once `end` is set.
  Result<int> accept(const std::atomic<bool>& end) const;

 private:
  Listener(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
  std::uint16_t port_ = 0;
};

struct ServeHooks {
  const std::atomic<bool>& end;  // set by a signal handler: leave
  // After each slice of a run: what the guest has printed, what there is to be typed. An error ends it all.
  std::function<Result<void>()> after_slice;
};

// Serves one client until it detaches, kills the guest, closes the line or `end` is set. `in` and `out` may
// be the same. Whatever the client does, the machine stands when this returns.
Result<void> serve(GdbServer& server, int in, int out, const ServeHooks& hooks);

}  // namespace ringside
