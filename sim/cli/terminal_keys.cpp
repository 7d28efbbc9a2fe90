// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/terminal_keys.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <optional>

namespace ringside {
namespace {

constexpr char kEscape = 0x1B;

void strike(std::string_view key_text, std::vector<KeyStroke>& strokes) {
  if (const auto more = key_strokes(key_text)) strokes.insert(strokes.end(), more->begin(), more->end());
}

// "<Ctrl+Up>"; `modifiers` is xterm's: 1 + (1 Shift, 2 Alt, 4 Ctrl).
void strike(std::string_view key, unsigned modifiers, std::vector<KeyStroke>& strokes) {
  const unsigned held = modifiers ? modifiers - 1 : 0;
  strike(fmt::format("<{}{}{}{}>", held & 4 ? "Ctrl+" : "", held & 2 ? "Alt+" : "", held & 1 ? "Shift+" : "",
                     key),
         strokes);
}

// The key of CSI ... final; empty where there is none.
std::string_view cursor_key(char final) {
  switch (final) {
    case 'A': return "Up";
    case 'B': return "Down";
    case 'C': return "Right";
    case 'D': return "Left";
    case 'H': return "Home";
    case 'F': return "End";
    case 'P': return "F1";
    case 'Q': return "F2";
    case 'R': return "F3";
    case 'S': return "F4";
    default: return {};
  }
}

// The key of CSI number ~.
std::string_view numbered_key(unsigned number) {
  switch (number) {
    case 1:
    case 7: return "Home";
    case 2: return "Insert";
    case 3: return "Delete";
    case 4:
    case 8: return "End";
    case 5: return "PageUp";
    case 6: return "PageDown";
    case 11: return "F1";
    case 12: return "F2";
    case 13: return "F3";
    case 14: return "F4";
    case 15: return "F5";
    case 17: return "F6";
    case 18: return "F7";
    case 19: return "F8";
    case 20: return "F9";
    case 21: return "F10";
    case 23: return "F11";
    case 24: return "F12";
    default: return {};
  }
}

void control_sequence(std::string_view parameters, char final, std::vector<KeyStroke>& strokes) {
  unsigned numbers[2] = {0, 0};
  std::size_t count = 0;
  for (std::size_t at = 0; at < parameters.size() && count < 2; ++count) {
    const auto [end, error] =
        std::from_chars(parameters.data() + at, parameters.data() + parameters.size(), numbers[count]);
    (void)error;
    at = static_cast<std::size_t>(end - parameters.data()) + 1;  // behind the semicolon
  }
  if (final == 'Z') return strike("<Shift+Tab>", strokes);
  const std::string_view key = final == '~' ? numbered_key(numbers[0]) : cursor_key(final);
  if (!key.empty()) strike(key, numbers[1], strokes);
}

// One byte that stands for itself.
void plain_key(char c, std::vector<KeyStroke>& strokes) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\r' || c == '\n')
    strike("\n", strokes);
  else if (c == '\t')
    strike("\t", strokes);
  else if (byte == 0x7F || byte == 0x08)
    strike("\b", strokes);
  else if (byte == 0)
    strike("<Ctrl+Space>", strokes);
  else if (byte <= 26)
    strike(fmt::format("<Ctrl+{}>", static_cast<char>('A' + byte - 1)), strokes);
  else if (byte == 0x1C)
    strike("<Ctrl+\\>", strokes);
  else if (byte == 0x1E)
    strike("<Ctrl+6>", strokes);
  else if (byte == 0x1F)
    strike("<Ctrl+->", strokes);
  else if (c == '<')
    strike("<<", strokes);
  else if (byte < 0x80)
    strike({&c, 1}, strokes);
}

// The length of the escape sequence at the start of `bytes`, 0 while it is not complete.
std::size_t sequence_length(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  if (bytes[1] == 'O') return bytes.size() < 3 ? 0 : 3;
  if (bytes[1] != '[') return 2;
  for (std::size_t i = 2; i < bytes.size(); ++i)
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7E) return i + 1;
  return bytes.size() > 32 ? bytes.size() : 0;  // no terminal sends that: drop it
}

}  // namespace

void TerminalKeys::feed(std::string_view bytes, std::vector<KeyStroke>& strokes) {
  pending_ += bytes;
  while (!pending_.empty() && !leave_) {
    if (pending_[0] == kLeave) {
      leave_ = true;
      pending_.clear();
    } else if (pending_[0] != kEscape) {
      plain_key(pending_[0], strokes);
      pending_.erase(0, 1);
    } else if (pending_.size() > 1 && pending_[1] == kEscape) {
      strike("<Escape>", strokes);
      pending_.erase(0, 1);
    } else {
      const std::size_t length = sequence_length(pending_);
      if (length == 0) return;
      const std::string_view sequence = std::string_view(pending_).substr(0, length);
      if (sequence[1] == '[') {
        control_sequence(sequence.substr(2, length - 3), sequence.back(), strokes);
      } else if (sequence[1] == 'O') {
        if (const auto key = cursor_key(sequence[2]); !key.empty()) strike(key, 0, strokes);
      } else if (sequence[1] != kLeave) {  // Alt is sent as ESC before the character
        strike("<Alt down>", strokes);
        plain_key(sequence[1], strokes);
        strike("<Alt up>", strokes);
      }
      pending_.erase(0, length);
    }
  }
}

void TerminalKeys::pause(std::vector<KeyStroke>& strokes) {
  if (pending_.empty()) return;
  const std::string rest = pending_.substr(1);
  pending_.clear();
  strike("<Escape>", strokes);
  feed(rest, strokes);
}

}  // namespace ringside
