// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes from a debugger: gdb's packets, well-formed and otherwise, to a machine that they may read,
// change and run, forwards and back. Whatever comes, the answers are packets, and the server stands still
// when told to.
//
// Input: lines. Each is a packet's payload, framed here with its checksum; one that begins with a 0 byte goes
// out as the raw bytes behind it.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/remote/gdb_server.h"
#include "tests/fuzz/input.h"

namespace ringside::fuzz {
namespace {

constexpr unsigned kPackets = 24, kSlices = 4;
constexpr Ticks kSlice = 500;

std::unique_ptr<Session> new_session() {
  std::ifstream file(RINGSIDE_FUZZ_GUEST, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto raw = std::as_bytes(std::span(bytes));
  auto opened =
      Session::open({.image = {raw.begin(), raw.end()}, .image_name = "guest.elf", .memory_mib = 2});
  require(opened.has_value(), opened ? "" : opened.error().sentence);
  return std::move(*opened);
}

// What goes to gdb must be what its reader takes: acknowledgements, and packets with the right checksum.
void check_output(const std::string& output) {
  PacketReader reader;
  reader.feed(output);
  while (const auto incoming = reader.next())
    require(incoming->kind != Incoming::Kind::broken && incoming->kind != Incoming::Kind::interrupt,
            "an answer is no proper packet");
}

}  // namespace
}  // namespace ringside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringside;
  using namespace ringside::fuzz;
  static const std::unique_ptr<Session> session = new_session();
  session->reset();
  session->machine().breakpoints().clear();
  GdbServer server(*session);
  server.connected();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (unsigned i = 0; i < kPackets && !text.empty() && !server.detached() && !server.killed(); ++i) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    server.receive(line.starts_with('\0') ? std::string(line.substr(1)) : framed(line));
    for (unsigned slice = 0; slice < kSlices && server.running(); ++slice) server.run_slice(kSlice);
    if (server.running()) {
      server.receive("\x03");
      require(!server.running(), "the machine runs on although it was interrupted");
    }
    check_output(server.take_output());
  }
  server.disconnected();
  return 0;
}
