// SPDX-License-Identifier: GPL-2.0-or-later
// The lowest layer of the protocol: a stream of bytes becomes packets, acknowledgements and interrupts. No
// I/O and no meaning: whatever comes in, something orderly comes out, and memory stays bounded. Source: GDB
// manual, appendix E "GDB Remote Serial Protocol", E.1 Overview.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace ringside {

// The longest payload that is taken, as announced by PacketSize.
inline constexpr std::size_t kPacketSize = 0x4000;

struct Incoming {
  enum class Kind : std::uint8_t {
    packet,            // payload
    broken,            // a packet whose checksum is wrong, or one that is too long: to be sent again
    acknowledged,      // '+'
    not_acknowledged,  // '-'
    interrupt,         // 0x03 outside of a packet: Ctrl-C
  };
  Kind kind = Kind::packet;
  std::string payload;  // with escapes resolved
  bool operator==(const Incoming&) const = default;
};

class PacketReader {
 public:
  void feed(std::string_view bytes);
  // The oldest that is complete.
  std::optional<Incoming> next();
  // Gone is what was half received, and what nobody has asked for yet.
  void clear() { *this = {}; }

 private:
  enum class State : std::uint8_t { between, payload, escaped, checksum_high, checksum_low };
  void take(std::uint8_t byte);
  void add(std::uint8_t byte);

  State state_ = State::between;
  std::string payload_;
  std::uint8_t sum_ = 0;    // of the bytes as they travelled
  std::uint8_t digit_ = 0;  // the first of the checksum
  bool too_long_ = false;
  std::deque<Incoming> ready_;
};

// $payload#checksum. Bytes that mean something in a packet are escaped.
std::string framed(std::string_view payload);

}  // namespace ringside
