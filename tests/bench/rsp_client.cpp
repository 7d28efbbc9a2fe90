// SPDX-License-Identifier: GPL-2.0-or-later
#include "rsp_client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "child.h"

namespace ringside::bench {

RspClient::RspClient(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
  const double start = wall_clock();
  while (socket_ < 0 && wall_clock() - start < 10) {
    socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      const timeval patience{.tv_sec = 60, .tv_usec = 0};  // a peer that answers nothing has failed
      setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      return;
    }
    close(socket_);
    socket_ = -1;
    usleep(10'000);
  }
}

RspClient::~RspClient() {
  if (socket_ >= 0) close(socket_);
}

int RspClient::next_byte() {
  if (at_ == filled_) {
    const ssize_t got = read(socket_, buffer_, sizeof buffer_);
    if (got <= 0) return -1;
    at_ = 0;
    filled_ = static_cast<std::size_t>(got);
  }
  return static_cast<unsigned char>(buffer_[at_++]);
}

std::string RspClient::ask(std::string_view packet) { return send(packet) ? answer() : std::string(); }

void RspClient::interrupt() { ::send(socket_, "\x03", 1, MSG_NOSIGNAL); }

bool RspClient::send(std::string_view packet) {
  unsigned sum = 0;
  for (char c : packet) sum += static_cast<unsigned char>(c);
  const std::string sent = fmt::format("${}#{:02x}", packet, sum & 0xFF);
  return ::send(socket_, sent.data(), sent.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(sent.size());
}

std::string RspClient::answer() {
  int c = 0;
  while ((c = next_byte()) != '$')
    if (c < 0) return {};
  std::string answer;
  while ((c = next_byte()) != '#') {
    if (c < 0) return {};
    answer += static_cast<char>(c);
  }
  next_byte();
  next_byte();
  if (::send(socket_, "+", 1, MSG_NOSIGNAL) != 1) return {};
  return answer;
}

}  // namespace ringside::bench
