// SPDX-License-Identifier: MIT
//
// Tells the keyboard which lights to show. That is a conversation, and scan codes arrive in between, so it is
// kept as a state and goes on with each byte that the keyboard sends (IBM PS/2 Hardware Interface Technical
// Reference, keyboard: Set/Reset Status Indicators).
//
//   we       0xED          lights
//   keyboard        0xFA           0xFA        acknowledge; or 0xFE: say that again
//
// It does not send by itself: both functions return the byte that has to be sent now.
#pragma once

#include <cstdint>
#include <optional>

namespace kernel {

class KeyboardLights {
 public:
  static constexpr uint8_t kAcknowledge = 0xfa;
  static constexpr uint8_t kResend = 0xfe;
  static constexpr bool is_reply(uint8_t byte) { return byte == kAcknowledge || byte == kResend; }

  // The lights that should burn, of keyboard_light.
  std::optional<uint8_t> want(uint8_t lights) {
    wanted_ = lights;
    return waiting_for_ == Reply::none ? begin() : std::nullopt;
  }

  // An answer of the keyboard. None of our business if we asked nothing.
  std::optional<uint8_t> take_reply(uint8_t reply) {
    if (waiting_for_ == Reply::none) return std::nullopt;
    if (reply == kResend) {
      if (++refusals_ < kPatience) return last_sent_;
      shown_ = wanted_;  // a keyboard without lights
      waiting_for_ = Reply::none;
      return std::nullopt;
    }
    if (waiting_for_ == Reply::to_command) {
      waiting_for_ = Reply::to_lights;
      return last_sent_ = wanted_;
    }
    shown_ = last_sent_;
    return begin();  // meanwhile they may have changed again
  }

  // What the keyboard was told last, and acknowledged.
  uint8_t shown() const { return shown_; }

 private:
  static constexpr uint8_t kSetLights = 0xed;
  static constexpr unsigned kPatience = 3;
  enum class Reply : uint8_t { none, to_command, to_lights };

  std::optional<uint8_t> begin() {
    waiting_for_ = Reply::none;
    if (shown_ == wanted_) return std::nullopt;
    waiting_for_ = Reply::to_command;
    refusals_ = 0;
    return last_sent_ = kSetLights;
  }

  Reply waiting_for_ = Reply::none;
  uint8_t wanted_ = 0;
  uint8_t shown_ = 0;
  uint8_t last_sent_ = 0;
  unsigned refusals_ = 0;
};

}  // namespace kernel
