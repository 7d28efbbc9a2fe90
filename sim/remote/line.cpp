// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/line.h"

#include <errno.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

namespace ringside {
namespace {

// So much machine time between two looks at the line: some tens of milliseconds of a busy guest.
constexpr Ticks kSlice = 4'000'000;
constexpr Ticks kTicksPerMillisecond = kTicksPerSecond / 1000;
// A signal may come between a look at `end` and the wait: nobody waits longer than this.
constexpr int kLongestWaitMs = 200;
// What a pipe that is ready takes without making us wait.
constexpr std::size_t kPiece = 4096;

std::unexpected<Error> failed(const std::string& what) {
  return fail(fmt::format("{}: {}.", what, std::strerror(errno)));
}

// Whether somebody listens at this socket file.
bool answered(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return connected;
}

// False: the line is broken.
bool write_some(int out, std::string& pending) {
  const ssize_t written = ::write(out, pending.data(), std::min(pending.size(), kPiece));
  if (written < 0) return errno == EAGAIN || errno == EINTR;
  pending.erase(0, static_cast<std::size_t>(written));
  return true;
}

// False: the line has ended.
bool read_some(int in, GdbServer& server) {
  std::array<char, kPiece> bytes;
  const ssize_t got = ::read(in, bytes.data(), bytes.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  server.receive({bytes.data(), static_cast<std::size_t>(got)});
  return got > 0;
}

// Sets a flag as soon as something comes in, or the program is to end: for a slice that asks nobody.
class Watcher {
 public:
  Watcher(int in, const std::atomic<bool>& end)
      : over_(::eventfd(0, EFD_CLOEXEC)), thread_([this, in, &end] { watch(in, end); }) {}
  ~Watcher() {
    constexpr std::uint64_t kOne = 1;
    while (::write(over_, &kOne, sizeof kOne) < 0 && errno == EINTR) {
    }
    thread_.join();
    ::close(over_);
  }
  const std::atomic<bool>* flag() const { return &flag_; }

 private:
  void watch(int in, const std::atomic<bool>& end) {
    pollfd lines[] = {{in, POLLIN, 0}, {over_, POLLIN, 0}};
    while (!end && ::poll(lines, 2, kLongestWaitMs) <= 0) {
    }
    flag_ = true;
  }

  std::atomic<bool> flag_{false};
  int over_;
  std::thread thread_;
};

void run_slice(GdbServer& server, int in, const std::atomic<bool>& end) {
  if (!server.searches()) return server.run_slice(kSlice);
  const Watcher watcher(in, end);
  server.run_slice(kSlice, watcher.flag());
}

}  // namespace

Result<Listener> Listener::tcp(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed("No socket can be made");
  Listener listener(fd, {});
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) < 0 || ::listen(fd, 1) < 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) < 0)
    return fail(fmt::format("Port {} cannot be listened at ({}); --port chooses another one.", port,
                            std::strerror(errno)));
  listener.port_ = ntohs(address.sin_port);
  return listener;
}

Result<Listener> Listener::local(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(fmt::format("\"{}\" cannot be the name of a socket: 1 to {} bytes.", path,
                            sizeof address.sun_path - 1));
  path.copy(address.sun_path, path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed("No socket can be made");
  Listener listener(fd, {});  // the file is not ours yet
  const auto bind = [&] {
    return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  };
  bool bound = bind();
  if (!bound && errno == EADDRINUSE && !answered(address)) {
    if (errno == ECONNREFUSED) ::unlink(path.c_str());
    bound = bind();
  }
  if (!bound || ::listen(fd, 1) < 0) return failed(fmt::format("No socket can be made at {}", path));
  listener.path_ = path;
  return listener;
}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::exchange(other.path_, {})), port_(other.port_) {}

Listener::~Listener() {
  if (fd_ >= 0) ::close(fd_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<int> Listener::accept(const std::atomic<bool>& end) const {
  while (!end) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, kLongestWaitMs) <= 0) continue;
    const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) continue;  // gone again
    const int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // of no effect on a socket file
    return client;
  }
  return fail("Nobody came.");
}

Result<void> serve(GdbServer& server, int in, int out, const ServeHooks& hooks) {
  server.connected();
  std::string pending;
  Result<void> result;
  while (!hooks.end) {
    pending += server.take_output();
    if (pending.empty() && (server.detached() || server.killed())) break;
    // Who does not read his answers is not listened to: what waits for him stays bounded.
    pollfd lines[] = {{pending.empty() ? in : -1, POLLIN, 0}, {pending.empty() ? -1 : out, POLLOUT, 0}};
    int wait = kLongestWaitMs;
    if (server.running())
      wait = std::min(wait, static_cast<int>(std::min(server.idle(), kSlice) / kTicksPerMillisecond));
    if (::poll(lines, 2, wait) > 0) {
      constexpr short kAny = POLLIN | POLLOUT | POLLHUP | POLLERR | POLLNVAL;
      if (lines[1].revents & kAny && !write_some(out, pending)) break;
      if (lines[0].revents & kAny && !read_some(in, server)) break;
    }
    if (!server.running()) continue;
    run_slice(server, in, hooks.end);
    if (hooks.after_slice) result = hooks.after_slice();
    if (!result) break;
  }
  server.disconnected();
  return result;
}

}  // namespace ringside
