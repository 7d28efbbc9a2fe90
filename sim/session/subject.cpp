// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "sim/devices/vga_text.h"
#include "sim/inspect/words.h"
#include "sim/session/who.h"

namespace ringside {
namespace {

constexpr std::uint64_t kMostBytes = 4096;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (std::isspace(static_cast<unsigned char>(c))) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  if (words.back().empty()) words.pop_back();
  return words;
}

Result<std::uint64_t> number(const std::string& word, std::uint64_t most) {
  const bool hex = word.starts_with("0x") || word.starts_with("0X");
  std::uint64_t value = 0;
  const char* const last = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data() + (hex ? 2 : 0), last, value, hex ? 16 : 10);
  if (end != last || error != std::errc{} || word.size() <= (hex ? 2u : 0u))
    return fail(fmt::format("\"{}\" is no number.", word));
  if (value > most) return fail(fmt::format("{} is too large: at most {:#x}.", word, most));
  return value;
}

// "rax", "eax", "ax", "al" -> 0; by Gpr.
std::optional<std::uint8_t> general_register(std::string word) {
  constexpr const char* kOld[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
  std::ranges::transform(word, word.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string bare = word.size() == 3 && (word[0] == 'r' || word[0] == 'e') ? word.substr(1) : word;
  for (std::uint8_t n = 0; n < 8; ++n)
    if (bare == kOld[n]) return n;
  for (std::uint8_t n = 8; n < 16; ++n)
    if (word == fmt::format("r{}", n) || word == fmt::format("r{}d", n)) return n;
  return std::nullopt;
}

std::optional<std::uint8_t> control_register(const std::string& word) {
  for (std::uint8_t n = 0; n < kControlRegisters; ++n) {
    const std::string_view known = name(static_cast<ControlRegister>(n));
    if (std::ranges::equal(
            word, known, [](unsigned char a, unsigned char b) { return std::toupper(a) == std::toupper(b); }))
      return n;
  }
  return std::nullopt;
}

Subject memory(PhysAddr address, std::uint64_t length, std::string name) {
  Subject s;
  s.address = address;
  s.length = length;
  s.name = std::move(name);
  return s;
}

std::string bytes_at(std::uint64_t length, const std::string& where) {
  return fmt::format("{} at {}", length == 1 ? "the byte" : fmt::format("the {} bytes", length), where);
}

Result<std::uint64_t> length_of(const std::vector<std::string>& words, std::size_t at,
                                std::uint64_t fallback) {
  if (words.size() <= at) return fallback;
  auto length = number(words[at], kMostBytes);
  if (length && *length == 0) return fail("At least one byte has to be asked about.");
  return length;
}

// Of one page: a range that lies in two is asked about as far as its first reaches.
Result<Subject> linear(const InspectContext& now, VirtAddr address, std::uint64_t length,
                       const std::string& called) {
  const auto physical = now.guest().translate(address);
  if (!physical) return fail(fmt::format("{:#x} is {}.", address.value, now.guest().why_not(address)));
  length = std::min(length, 0x1000 - (address.value & 0xFFF));
  return memory(*physical, length, bytes_at(length, called));
}

Result<Subject> table_entry(const InspectContext& now, const std::string& word) {
  const auto address = now.symbols.resolve(word);
  if (!address) return std::unexpected(address.error());
  const Walk way = walk(now.cpu, now.memory, *address, {.kind = AccessKind::read});
  if (way.count == 0) return fail("Paging is off: no table maps anything.");
  const WalkEntry& entry = way.entries[way.count - 1];
  const std::uint64_t bytes = paging_mode(now.cpu) == PagingMode::two_level ? 4 : 8;
  return memory(entry.address, bytes, fmt::format("{} for {:#x}", last_entry(way), address->value));
}

Result<Subject> cell(const InspectContext& now, const std::vector<std::string>& words) {
  if (words.size() != 3) return fail("A cell has a row and a column: cell 0 79.");
  const auto row = number(words[1], 255), column = number(words[2], 255);
  if (!row) return std::unexpected(row.error());
  if (!column) return std::unexpected(column.error());
  const VgaText& vga = now.board.vga;
  const std::uint64_t index = start_address(vga) + *row * row_pitch(vga) + *column;
  const std::uint64_t offset = 2 * index % kVgaTextBytes;
  return memory({kVgaTextStart + offset}, 2,
                fmt::format("the screen's cell in row {}, column {}", *row, *column));
}

}  // namespace

const char* subject_help() {
  return "rax, cr3, gdtr, port 0x21, ADDRESS [BYTES], SYMBOL [BYTES], phys ADDRESS [BYTES], pte ADDRESS, "
         "cell ROW COLUMN";
}

Result<Subject> subject(const InspectContext& now, std::string_view typed) {
  const std::vector<std::string> words = words_of(typed);
  if (words.empty()) return fail(fmt::format("What is asked about? One of: {}.", subject_help()));
  const std::string& first = words.front();
  if (words.size() == 1) {
    Subject s;
    if (const auto n = general_register(first)) {
      constexpr const char* kNames[] = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI"};
      s.kind = Subject::Kind::gpr;
      s.number = *n;
      s.name = *n < 8 ? kNames[*n] : fmt::format("R{}", *n);
      return s;
    }
    if (const auto n = control_register(first)) {
      s.kind = Subject::Kind::control;
      s.number = *n;
      s.name = name(static_cast<ControlRegister>(*n));
      return s;
    }
  }
  if (first == "port" && words.size() == 2) {
    const auto port = number(words[1], 0xFFFF);
    if (!port) return std::unexpected(port.error());
    Subject s;
    s.kind = Subject::Kind::port;
    s.port = static_cast<std::uint16_t>(*port);
    s.name = fmt::format("port {:#x}", *port);
    return s;
  }
  if (first == "cell") return cell(now, words);
  if (first == "pte" && words.size() == 2) return table_entry(now, words[1]);
  if (first == "phys" && words.size() >= 2) {
    const auto address = number(words[1], ~std::uint64_t{0});
    if (!address) return std::unexpected(address.error());
    const auto length = length_of(words, 2, 1);
    if (!length) return std::unexpected(length.error());
    if (!now.memory.assigned({*address}, *length))
      return fail(fmt::format("There is no memory at the physical address {:#x}.", *address));
    return memory({*address}, *length,
                  bytes_at(*length, fmt::format("the physical address {:#x}", *address)));
  }
  if (words.size() > 2)
    return fail(fmt::format("\"{}\" is nothing that can be asked about. One of: {}.", typed, subject_help()));
  const auto address = now.symbols.resolve(first);
  if (!address) return std::unexpected(address.error());
  std::uint64_t usual = 1;
  if (const auto symbol = now.symbols.find(*address);
      symbol && symbol->offset == 0 && !std::isdigit(first[0]))
    usual = std::clamp<std::uint64_t>(symbol->symbol->size, 1, 8);
  const auto length = length_of(words, 1, usual);
  if (!length) return std::unexpected(length.error());
  return linear(now, *address, *length, place_words(now.symbols, address->value));
}

}  // namespace ringside
