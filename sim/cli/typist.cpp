// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/typist.h"

#include <fmt/format.h>

#include <charconv>

namespace ringside {
namespace {

// A guest that rests has read what there was after so long; one that computes without a sign (it may wait for
// a variable that its interrupt handler sets) is given longer.
constexpr Ticks kRestsFor = 20'000'000, kComputesFor = 200'000'000;
constexpr std::uint8_t kOutputBufferFull = 1;  // status register of the 8042, bit 0

}  // namespace

Result<std::string> unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    const char c = ++i < text.size() ? text[i] : '\0';
    unsigned value = 0;
    switch (c) {
      case 'n': bytes += '\n'; break;
      case 'r': bytes += '\r'; break;
      case 't': bytes += '\t'; break;
      case 'e': bytes += '\x1B'; break;
      case '\\': bytes += '\\'; break;
      case 'x':
        if (const auto digits = text.substr(i + 1, 2);
            digits.size() == 2 &&
            std::from_chars(digits.data(), digits.data() + 2, value, 16).ptr == digits.data() + 2) {
          bytes += static_cast<char>(value);
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        return fail(fmt::format(
            "\"{}\" has an escape that means nothing: write \\n, \\r, \\t, \\e, \\xHH or \\\\.", text));
    }
  }
  return bytes;
}

Result<Typist> Typist::make(std::string_view keys, std::string_view serial) {
  Typist typist;
  auto strokes = key_strokes(keys);
  if (!strokes) return std::unexpected(strokes.error());
  auto bytes = unescape(serial);
  if (!bytes) return std::unexpected(bytes.error());
  typist.strokes_ = std::move(*strokes);
  typist.serial_ = std::move(*bytes);
  return typist;
}

std::string Typist::left() const {
  const std::size_t strokes = strokes_.size() - next_stroke_, bytes = serial_.size() - next_byte_;
  std::string words;
  if (strokes) words += fmt::format("{} of {} key strokes", strokes, strokes_.size());
  if (bytes)
    words +=
        fmt::format("{}{} of {} characters for COM1", words.empty() ? "" : " and ", bytes, serial_.size());
  return words;
}

bool Typist::guest_is_ready(const GuestWatch& watch) const {
  return watch.waiting() >= kRestsFor || watch.quiet() >= kComputesFor;
}

Result<void> Typist::type(Timeline& timeline, GuestWatch& watch) {
  const Machine& machine = timeline.machine();
  if (done() || (wait_for_guest_ && !guest_is_ready(watch))) return {};
  wait_for_guest_ = false;
  const Board& board = machine.board();
  if (next_stroke_ < strokes_.size() && is_idle(board.keyboard) &&
      !(peek_port(board.i8042, 4, machine.time()) & kOutputBufferFull)) {
    const KeyStroke stroke = strokes_[next_stroke_++];
    if (auto typed = timeline.apply(TypeKey{stroke}); !typed) return typed;
    if (!stroke.pressed && (stroke.key == Key::enter || stroke.key == Key::keypad_enter))
      wait_for_guest_ = true;
    watch.disturbed(machine);
  }
  if (next_byte_ < serial_.size() && can_receive(machine.board().com1)) {
    const char c = serial_[next_byte_++];
    if (auto sent = timeline.apply(SerialInput{static_cast<std::uint8_t>(c)}); !sent) return sent;
    if (c == '\n' || c == '\r') wait_for_guest_ = true;
    watch.disturbed(machine);
  }
  return {};
}

}  // namespace ringside
