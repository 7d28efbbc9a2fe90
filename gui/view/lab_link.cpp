// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/view/lab_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace ringside {
namespace {

constexpr std::string_view kOurs = "ringside:";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "port%200x21" as it was meant.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

struct Parts {
  std::string kind, what;  // "memory", "0xb8000"
};
Parts parts_of(std::string_view link) {
  link.remove_prefix(kOurs.size());
  const std::size_t slash = std::min(link.find('/'), link.size());
  return {std::string(link.substr(0, slash)), decoded(link.substr(std::min(slash + 1, link.size())))};
}

bool leads_elsewhere(std::string_view link) {
  return link.starts_with("http://") || link.starts_with("https://") || link.starts_with("mailto:");
}

// Panels by their ids, and by what people call what they show.
std::string panel_id(std::string_view name) {
  constexpr std::pair<std::string_view, const char*> kAlso[] = {
      {"segments", "gdt"},       {"tss", "gdt"},
      {"gates", "idt"},          {"interrupts", "idt"},
      {"pic8259", "pic"},        {"pit8254", "pit"},
      {"serial", "uart"},        {"uart16550", "uart"},
      {"i8042", "keyboard"},     {"page-map", "pages"},
      {"blocks", "heap-blocks"}, {"source", "code"},
      {"fault", "anatomy"},      {"deliveries", "anatomy"},
      {"pic-registers", "pic"}};
  for (const auto& [also, id] : kAlso)
    if (also == name) return id;
  constexpr std::string_view kPanels[] = {
      "screen",      "code",        "happened", "events", "registers", "stack",       "memory",
      "breakpoints", "anatomy",     "idt",      "pic",    "pit",       "keyboard",    "uart",
      "walk",        "page-tables", "pages",    "gdt",    "heap",      "heap-blocks", "frames",
      "threads",     "thread",      "switches", "tasks",  "stacks"};
  return std::ranges::find(kPanels, name) == std::end(kPanels) ? std::string() : std::string(name);
}

std::optional<unsigned> whole_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<UiCommand> lab_link(std::string_view link, const Symbols& symbols) {
  if (leads_elsewhere(link)) return CopyText{std::string(link)};
  const auto no_link = [&] { return fail(fmt::format("\"{}\" is no link that this window knows.", link)); };
  if (!link.starts_with(kOurs)) return no_link();
  const auto [kind, what] = parts_of(link);
  if (what.empty()) {
    if (const std::string id = panel_id(kind); !id.empty()) return ShowPanel{id};
    return no_link();
  }
  if (kind == "panel") {
    if (const std::string id = panel_id(what); !id.empty()) return ShowPanel{id};
    return fail(fmt::format("There is no panel \"{}\".", what));
  }
  if (kind == "step") {
    if (const auto number = whole_number(what)) return OpenLabStep{*number};
    return no_link();
  }
  if (kind == "events") return ShowEvents{what};
  if (kind == "who") return DoAsk{what, false};
  if (kind == "run") return DoSay{"run-to " + what};
  if (kind == "type") return DoTypeText{what};
  if (kind != "memory" && kind != "walk" && kind != "place") return no_link();
  const auto address = symbols.resolve(what);
  if (!address) return std::unexpected(address.error());
  if (kind == "memory") return ShowMemory{address->value};
  if (kind == "walk") return ShowWalk{address->value};
  return ShowCode{address->value};
}

std::string lab_link_words(std::string_view link) {
  if (leads_elsewhere(link)) return fmt::format("{}\nA click copies the address.", link);
  const std::string unknown = fmt::format("{}\nThis window knows no such link.", link);
  if (!link.starts_with(kOurs)) return unknown;
  const auto [kind, what] = parts_of(link);
  const std::string id = panel_id(what.empty() ? kind : kind == "panel" ? what : "");
  if (!id.empty()) return fmt::format("opens the panel \"{}\"", id);
  if (kind == "memory") return "memory at " + what;
  if (kind == "walk") return "the page walk of " + what;
  if (kind == "place") return "the code at " + what;
  if (kind == "who") return fmt::format("who wrote {}? The machine is asked", what);
  if (kind == "events") return fmt::format("the events that hold \"{}\"", what);
  if (kind == "run") return "runs to " + what;
  if (kind == "type") return fmt::format("types \"{}\" into the guest", what);
  if (kind == "step") return "to where step " + what + " failed";
  return unknown;
}

}  // namespace ringside
