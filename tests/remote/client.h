// SPDX-License-Identifier: GPL-2.0-or-later
// A client of GdbServer without a gdb: asks in packets, lets the machine run, reads the answers.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/remote/gdb_server.h"
#include "sim/remote/hex.h"

namespace ringside::testing {

inline std::unique_ptr<Session> kernel_session(std::string command_line = {}) {
  std::ifstream file(RINGSIDE_KERNEL_IMAGE, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  MachineConfig config{.image_name = RINGSIDE_KERNEL_IMAGE, .command_line = std::move(command_line)};
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  config.image.assign(first, first + bytes.size());
  return std::move(*Session::open(std::move(config)));
}

class Client {
 public:
  explicit Client(std::string command_line = {})
      : session(kernel_session(std::move(command_line))), server(*session) {
    server.connected();
  }

  // The answer to a packet; where it sets the machine in motion, that of the stop.
  std::string ask(std::string_view payload) {
    server.receive(framed(payload));
    while (server.running()) server.run_slice(1'000'000);
    return answer();
  }
  // What the server has sent since: the last packet that is no console output, which goes to `printed`.
  std::string answer() {
    std::string last = "(nothing)";
    PacketReader reader;
    reader.feed(server.take_output());
    while (const auto incoming = reader.next()) {
      if (incoming->kind != Incoming::Kind::packet) continue;
      const bool console =
          incoming->payload.size() > 1 && incoming->payload[0] == 'O' && incoming->payload != "OK";
      if (console)
        printed += from_hex(std::string_view(incoming->payload).substr(1)).value_or("(no hex)");
      else
        last = incoming->payload;
    }
    return last;
  }
  std::string monitor(std::string_view words) {
    printed.clear();
    const std::string last = ask("qRcmd," + to_hex(words));
    return last == "OK" ? printed : last;
  }
  std::uint64_t address(std::string_view symbol) const {
    const auto address = session->symbols().resolve(symbol);
    EXPECT_TRUE(address.has_value()) << symbol;
    return address ? address->value : 0;
  }
  std::uint64_t rip() const { return linear_rip(session->machine().cpu()); }

  std::unique_ptr<Session> session;
  GdbServer server;
  std::string printed;
};

// The packet that sets one.
inline std::string breakpoint(std::uint64_t address) { return fmt::format("Z0,{:x},1", address); }

// A kernel that waits in HLT, and the timer's interrupt that is to be accepted next.
inline void wait_for_an_interrupt(Client& c) {
  c.server.receive(framed("c"));
  while (!c.session->machine().cpu().halted) c.server.run_slice(1'000'000);
  c.server.receive("\x03");
  c.session->run(RunLimits{.stop_on = {EventKind::irq_raised}, .until_serial = {}});
  ASSERT_TRUE(c.session->machine().cpu().halted);
  c.answer();
}

}  // namespace ringside::testing
