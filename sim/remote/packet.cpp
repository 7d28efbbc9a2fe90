// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/packet.h"

#include <fmt/format.h>

#include "sim/remote/hex.h"

namespace ringside {
namespace {

constexpr char kStart = '$', kEnd = '#', kEscape = '}', kRepeat = '*';
constexpr std::uint8_t kInterrupt = 0x03, kEscapeBit = 0x20;
// More than a peer that waits for its answers can have under way.
constexpr std::size_t kMostWaiting = 1024;

}  // namespace

void PacketReader::feed(std::string_view bytes) {
  for (const char c : bytes) take(static_cast<std::uint8_t>(c));
}

std::optional<Incoming> PacketReader::next() {
  if (ready_.empty()) return std::nullopt;
  Incoming first = std::move(ready_.front());
  ready_.pop_front();
  return first;
}

void PacketReader::add(std::uint8_t byte) {
  if (payload_.size() < kPacketSize)
    payload_ += static_cast<char>(byte);
  else
    too_long_ = true;
}

void PacketReader::take(std::uint8_t byte) {
  const auto begin = [this] {
    state_ = State::payload;
    payload_.clear();
    sum_ = 0;
    too_long_ = false;
  };
  const auto ready = [this](Incoming incoming) {
    if (ready_.size() < kMostWaiting) ready_.push_back(std::move(incoming));
  };
  switch (state_) {
    case State::between:
      if (byte == kStart) begin();
      if (byte == '+') ready({Incoming::Kind::acknowledged, {}});
      if (byte == '-') ready({Incoming::Kind::not_acknowledged, {}});
      if (byte == kInterrupt) ready({Incoming::Kind::interrupt, {}});
      break;  // anything else is noise on the line
    case State::payload:
      if (byte == kStart) {
        begin();  // the end of the one before was lost
        break;
      }
      if (byte == kEnd) {
        state_ = State::checksum_high;
        break;
      }
      sum_ = static_cast<std::uint8_t>(sum_ + byte);
      if (byte == kEscape)
        state_ = State::escaped;
      else
        add(byte);
      break;
    case State::escaped:
      sum_ = static_cast<std::uint8_t>(sum_ + byte);
      add(byte ^ kEscapeBit);
      state_ = State::payload;
      break;
    case State::checksum_high:
      digit_ = byte;
      state_ = State::checksum_low;
      break;
    case State::checksum_low: {
      state_ = State::between;
      const char digits[] = {static_cast<char>(digit_), static_cast<char>(byte)};
      const auto sum = hex_number({digits, 2});
      if (sum && *sum == sum_ && !too_long_)
        ready({Incoming::Kind::packet, std::move(payload_)});
      else
        ready({Incoming::Kind::broken, {}});
      payload_.clear();
      break;
    }
  }
}

std::string framed(std::string_view payload) {
  std::string text(1, kStart);
  text.reserve(payload.size() + 8);
  std::uint8_t sum = 0;
  const auto put = [&](char c) {
    text += c;
    sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(c));
  };
  for (const char c : payload) {
    if (c == kStart || c == kEnd || c == kEscape || c == kRepeat) {
      put(kEscape);
      put(static_cast<char>(c ^ kEscapeBit));
    } else {
      put(c);
    }
  }
  return text + fmt::format("{}{:02x}", kEnd, sum);
}

}  // namespace ringside
