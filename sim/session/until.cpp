// SPDX-License-Identifier: GPL-2.0-or-later
// The words behind --until and --at.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "sim/session/session.h"

namespace ringside {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

// Decimal or 0x, digits may be grouped by ' _ or commas.
std::optional<std::uint64_t> number(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == '\'' || c == '_' || c == ','; });
  const bool hex = digits.starts_with("0x");
  std::uint64_t value = 0;
  const char* first = digits.data() + (hex ? 2 : 0);
  const char* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(first, last, value, hex ? 16 : 10);
  if (first == last || end != last || error != std::errc{}) return std::nullopt;
  return value;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// "pf", "#PF", "page-fault" -> 14.
std::optional<std::uint8_t> exception_vector(const std::string& word) {
  for (unsigned v = 0; v < 32; ++v) {
    std::string name = lower(exception_name(static_cast<std::uint8_t>(v)));
    std::ranges::replace(name, ' ', '-');
    std::string short_name = lower(mnemonic(static_cast<std::uint8_t>(v)));
    if (short_name.empty()) continue;
    if (word == name || word == short_name || "#" + word == short_name) return static_cast<std::uint8_t>(v);
  }
  return std::nullopt;
}

Until on(std::initializer_list<EventKind> kinds, std::function<bool(const Event&)> matches = {}) {
  Until u;
  u.limits.stop_on = EventMask(kinds);
  u.matches = std::move(matches);
  return u;
}

// The kinds that need no more than their name.
std::optional<Until> plain_event(const std::string& word) {
  if (word == "exception" || word == "fault") return on({EventKind::exception});
  if (word == "interrupt") return on({EventKind::interrupt});
  if (word == "irq") return on({EventKind::acknowledge});
  if (word == "eoi") return on({EventKind::eoi});
  if (word == "halt" || word == "hlt") return on({EventKind::halt});
  if (word == "mode") return on({EventKind::mode_change});
  if (word == "long-mode")
    return on({EventKind::mode_change},
              [](const Event& e) { return e.value == static_cast<std::uint32_t>(CpuMode::long_64); });
  if (word == "ring") return on({EventKind::ring_change});
  if (word == "user-mode" || word == "ring3")
    return on({EventKind::ring_change}, [](const Event& e) { return e.value == 3; });
  if (word == "serial") return on({EventKind::serial_byte});
  if (word == "port") return on({EventKind::port_read, EventKind::port_write});
  if (word == "unmodelled") return on({EventKind::unmodelled});
  if (word == "reset") return on({EventKind::reset});
  if (word == "debug-exit") return on({EventKind::debug_exit});
  if (word == "power-off") return on({EventKind::power_off});
  if (word == "triple-fault") return on({EventKind::triple_fault});
  return std::nullopt;
}

Result<Until> event_with_number(std::string_view kind, std::string_view argument) {
  const auto value = number(argument);
  if (!value)
    return fail(fmt::format("\"{}\" is no number, and {} needs one: {}:0x20.", argument, kind, kind));
  const auto wanted = *value;
  if (kind == "vector" || kind == "interrupt" || kind == "int") {
    if (wanted > 255) return fail(fmt::format("There is no vector {}: they go from 0 to 255.", wanted));
    return on({EventKind::exception, EventKind::interrupt},
              [wanted](const Event& e) { return e.vector == wanted; });
  }
  if (wanted > 0xFFFF) return fail(fmt::format("There is no port {:#x}: they go to 0xffff.", wanted));
  const auto same_port = [wanted](const Event& e) {
    return e.port <= wanted && wanted < e.port + std::max<unsigned>(e.size, 1);
  };
  if (kind == "port-read" || kind == "in") return on({EventKind::port_read}, same_port);
  if (kind == "port-write" || kind == "out") return on({EventKind::port_write}, same_port);
  return on({EventKind::port_read, EventKind::port_write}, same_port);
}

bool takes_number(std::string_view kind) {
  constexpr std::string_view kKinds[] = {"vector",    "interrupt",  "int", "port",
                                         "port-read", "port-write", "in",  "out"};
  return std::ranges::find(kKinds, kind) != std::end(kKinds);
}

}  // namespace

Result<Until> Session::until(std::string_view typed) {
  const std::string_view text = trimmed(typed);
  if (text.empty())
    return fail("There is nothing to run until: give a symbol, file.cpp:42, an event or a count.");
  if (text.starts_with("text:") || (text.size() >= 2 && text.front() == '"' && text.back() == '"')) {
    const bool quoted = text.front() == '"';
    Until u;
    u.limits.until_serial = quoted ? text.substr(1, text.size() - 2) : text.substr(5);
    if (u.limits.until_serial.empty()) return fail("The text to wait for is empty.");
    return u;
  }
  if (text.front() == '@') {
    const auto wanted = number(text.substr(1));
    if (!wanted) return fail(fmt::format("\"{}\" is no instruction count; write @1000000.", text));
    const std::uint64_t now = machine_->instructions();
    if (*wanted < now)
      return fail(fmt::format("Instruction {} has passed: the machine stands at {}.", *wanted, now));
    Until u;
    u.limits.instructions = *wanted - now;
    return u;
  }
  // A number with a unit.
  if (const std::size_t blank = text.find_first_not_of("0123456789'_,");
      blank != 0 && blank != std::string_view::npos) {
    const std::string unit = lower(trimmed(text.substr(blank)));
    const auto amount = number(text.substr(0, blank));
    Until u;
    if (amount && (unit == "instructions" || unit == "instruction" || unit == "steps")) {
      u.limits.instructions = *amount;
      return u;
    }
    for (const auto& [name, ticks] : {std::pair{"s", kTicksPerSecond},
                                      {"ms", kTicksPerSecond / 1000},
                                      {"us", kTicksPerSecond / 1'000'000},
                                      {"ns", Ticks{1}}})
      if (amount && unit == name) {
        if (*amount > (kNever - machine_->time()) / ticks)
          return fail(fmt::format("{} is longer than machine time lasts.", text));
        u.limits.until_time = machine_->time() + *amount * ticks;
        return u;
      }
  }
  const std::string word = lower(text);
  if (auto event = plain_event(word)) return *event;
  if (const auto vector = exception_vector(word))
    return on({EventKind::exception, EventKind::interrupt}, [v = *vector](const Event& e) {
      return e.vector == v && (e.kind == EventKind::exception || v == 2);
    });
  if (word.starts_with("irq") && word.size() > 3) {
    if (const auto line = number(std::string_view(word).substr(3))) {
      if (*line > 15) return fail(fmt::format("There is no IRQ {}: they go from 0 to 15.", *line));
      return on({EventKind::acknowledge}, [l = *line](const Event& e) { return e.line == l; });
    }
  }
  std::string_view place = text;
  if (const std::size_t colon = word.find(':'); colon != std::string::npos) {
    const std::string_view kind = std::string_view(word).substr(0, colon);
    if (takes_number(kind)) return event_with_number(kind, trimmed(text.substr(colon + 1)));
    if (kind == "symbol") place = trimmed(text.substr(colon + 1));
  }
  const auto addresses = symbols_->resolve_all(place);
  if (!addresses) return std::unexpected(addresses.error());
  Until u;
  u.addresses = *addresses;
  return u;
}

}  // namespace ringside
