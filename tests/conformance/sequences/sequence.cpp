// SPDX-License-Identifier: GPL-2.0-or-later
#include "sequence.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "sim/board/board.h"
#include "sim/machine/machine.h"

namespace ringside::sequences {
namespace {

constexpr std::uint64_t kMemoryBytes = 64 << 20;
const auto kStart = static_cast<std::int64_t>(MachineConfig{}.start_time_unix);
constexpr Ticks kBegin = 4;  // player.S's instructions before the first round

std::optional<std::uint32_t> number(std::istringstream& words, int base) {
  std::string word;
  if (!(words >> word)) return std::nullopt;
  std::size_t used = 0;
  try {
    const unsigned long value = std::stoul(word, &used, base);
    if (used == word.size()) return static_cast<std::uint32_t>(value);
  } catch (const std::exception&) {
  }
  return std::nullopt;
}

}  // namespace

Result<Sequence> parse(std::string_view text) {
  Sequence sequence;
  std::istringstream all{std::string(text)};
  std::string raw;
  for (unsigned row = 1; std::getline(all, raw); ++row) {
    const auto wrong = [&] {
      return fail(fmt::format("Line {} of the sequence is wrong: \"{}\".", row, raw));
    };
    Line line{.text = raw};
    std::istringstream words(raw);
    std::string word;
    words >> word;
    if (word == "section") {
      line.act = Act::section;
      std::getline(words >> std::ws, line.text);
    } else if (word == "wait") {
      const auto count = number(words, 10);
      if (!count) return wrong();
      line.act = Act::wait;
      line.count = *count;
    } else if (word == "out" || word == "in") {
      line.act = word == "out" ? Act::out : Act::in;
      const auto port = number(words, 16);
      const auto value = number(words, 16);
      if (!port || *port > 0xFFFF || (line.act == Act::out && !value)) return wrong();
      line.port = static_cast<std::uint16_t>(*port);
      line.value = static_cast<std::uint8_t>(value.value_or(0));  // one not recorded yet has none
      if (words.clear(), value && words >> word) {
        const auto ours = number(words, 16);
        if (word != "ours" || !ours || !(words >> line.reason)) return wrong();
        line.ours = static_cast<std::uint8_t>(*ours);
      }
    } else if (!word.empty() && word[0] != '#') {
      return wrong();
    }
    sequence.push_back(line);
  }
  return sequence;
}

Result<Sequence> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(fmt::format("{} cannot be read.", path));
  return parse(std::string((std::istreambuf_iterator<char>(file)), {}));
}

std::string print(const Sequence& sequence) {
  std::string text;
  for (const Line& l : sequence) {
    switch (l.act) {
      case Act::text: text += l.text; break;
      case Act::section: text += "section " + l.text; break;
      case Act::wait: text += fmt::format("wait {}", l.count); break;
      case Act::out: text += fmt::format("out {:x} {:02x}", l.port, l.value); break;
      case Act::in:
        text += fmt::format("in {:x} {:02x}", l.port, l.value);
        if (l.ours) text += fmt::format(" ours {:02x} {}", *l.ours, l.reason);
        break;
    }
    text += '\n';
  }
  return text;
}

std::vector<std::uint8_t> on_board(const Sequence& sequence) {
  Board board = board_after_bios(kMemoryBytes, kStart);
  BoardEffects effects;
  Ticks now = kBegin;
  std::vector<std::uint8_t> answers;
  for (const Line& l : sequence) {
    switch (l.act) {
      case Act::out:
        advance(board, now + kOutAt, effects);
        write_port(board, l.port, 1, l.value, now + kOutAt, effects);
        now += kOutTicks;
        break;
      case Act::in:
        advance(board, now + kInAt, effects);
        answers.push_back(static_cast<std::uint8_t>(read_port(board, l.port, 1, now + kInAt, effects)));
        now += kInTicks;
        break;
      case Act::wait: now += kWaitTicks + 2 * Ticks{l.count} * kRoundsPerMicrosecond; break;
      case Act::text:
      case Act::section: break;
    }
  }
  return answers;
}

}  // namespace ringside::sequences
