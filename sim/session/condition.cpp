// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/session/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "sim/inspect/words.h"

namespace ringside {
namespace {

using Subject = ConditionTerm::Subject;
using Relation = ConditionTerm::Relation;

constexpr const char* kGpr[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
constexpr std::pair<const char*, Subject> kSubjects[] = {
    {"rip", Subject::rip},   {"rflags", Subject::rflags}, {"cr0", Subject::cr0},
    {"cr2", Subject::cr2},   {"cr3", Subject::cr3},       {"cr4", Subject::cr4},
    {"cr8", Subject::cr8},   {"ring", Subject::cpl},      {"instructions", Subject::instructions},
    {"time", Subject::time}, {"hits", Subject::hits}};
// Longer ones first: "<=" begins with "<".
constexpr std::pair<const char*, Relation> kRelations[] = {
    {"==", Relation::equal},         {"!=", Relation::not_equal}, {"<=", Relation::less_equal},
    {">=", Relation::greater_equal}, {"<", Relation::less},       {">", Relation::greater},
    {"&", Relation::has_bits}};

constexpr std::pair<const char*, EventKind> kEvents[] = {{"exception", EventKind::exception},
                                                         {"interrupt", EventKind::interrupt},
                                                         {"irq", EventKind::acknowledge},
                                                         {"irq-raised", EventKind::irq_raised},
                                                         {"eoi", EventKind::eoi},
                                                         {"mode", EventKind::mode_change},
                                                         {"ring", EventKind::ring_change},
                                                         {"halt", EventKind::halt},
                                                         {"wake", EventKind::wake},
                                                         {"triple-fault", EventKind::triple_fault},
                                                         {"reset", EventKind::reset},
                                                         {"debug-exit", EventKind::debug_exit},
                                                         {"power-off", EventKind::power_off},
                                                         {"port-read", EventKind::port_read},
                                                         {"port-write", EventKind::port_write},
                                                         {"serial", EventKind::serial_byte},
                                                         {"unmodelled", EventKind::unmodelled},
                                                         {"control-write", EventKind::control_write},
                                                         {"command", EventKind::command}};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::uint64_t> number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (text.empty() || end != text.data() + text.size() || error != std::errc{}) return std::nullopt;
  return value;
}

Result<ConditionTerm> term(std::string_view words) {
  std::size_t at = std::string_view::npos;
  ConditionTerm made;
  std::string_view sign;
  for (const auto& [text, relation] : kRelations)
    if (at = words.find(text); at != std::string_view::npos) {
      made.relation = relation;
      sign = text;
      break;
    }
  if (at == std::string_view::npos)
    return fail(fmt::format("\"{}\" compares nothing: write rax == 5, or hits > 3.", words));
  const std::string left = lower(trimmed(words.substr(0, at)));
  const std::string_view right = trimmed(words.substr(at + sign.size()));
  const auto gpr = std::ranges::find(kGpr, left, [](const char* name) { return std::string_view(name); });
  const auto other =
      std::ranges::find(kSubjects, left, [](const auto& s) { return std::string_view(s.first); });
  if (gpr != std::end(kGpr)) {
    made.gpr = static_cast<std::uint8_t>(gpr - std::begin(kGpr));
  } else if (other != std::end(kSubjects)) {
    made.subject = other->second;
  } else {
    return fail(
        fmt::format("\"{}\" cannot be compared: use a register, ring, instructions, time or hits.", left));
  }
  const auto value = number(right);
  if (!value) return fail(fmt::format("\"{}\" is no number to compare {} with.", right, left));
  made.value = *value;
  return made;
}

// "pf", "#PF" -> 14.
std::optional<std::uint32_t> exception_vector(std::string word) {
  if (word.starts_with('#')) word.erase(0, 1);
  for (unsigned v = 0; v < 32; ++v) {
    const std::string known = lower(mnemonic(static_cast<std::uint8_t>(v)));
    if (!known.empty() && (known == word || known == "#" + word)) return v;
  }
  return std::nullopt;
}

}  // namespace

Result<Condition> condition(std::string_view words) {
  Condition all;
  for (std::string_view rest = trimmed(words); !rest.empty();) {
    const std::size_t joint = rest.find("&&");
    const auto one = term(trimmed(rest.substr(0, joint)));
    if (!one) return std::unexpected(one.error());
    all.push_back(*one);
    rest = joint == std::string_view::npos ? std::string_view{} : trimmed(rest.substr(joint + 2));
    if (joint != std::string_view::npos && rest.empty()) return fail("Something is missing behind &&.");
  }
  return all;
}

std::string text(const Condition& all) {
  std::string words;
  for (const ConditionTerm& one : all) {
    const auto subject = std::ranges::find(kSubjects, one.subject, [](const auto& s) { return s.second; });
    const auto relation = std::ranges::find(kRelations, one.relation, [](const auto& r) { return r.second; });
    words += fmt::format("{}{} {} {}", words.empty() ? "" : " && ",
                         one.subject == Subject::gpr ? kGpr[one.gpr & 15] : subject->first, relation->first,
                         one.value < 10 ? fmt::format("{}", one.value) : fmt::format("{:#x}", one.value));
  }
  return words;
}

std::optional<EventPattern> event_pattern(std::string_view typed) {
  std::string word = lower(trimmed(typed));
  if (const auto vector = exception_vector(word)) return EventPattern{EventKind::exception, *vector};
  for (std::uint8_t n = 0; n < kControlRegisters; ++n)
    if (word == lower(name(static_cast<ControlRegister>(n))))
      return EventPattern{EventKind::control_write, n};
  std::string argument;
  if (const std::size_t gap = word.find_first_of(" :"); gap != std::string::npos) {
    argument = trimmed(std::string_view(word).substr(gap + 1));
    word.erase(gap);
  } else if (word.starts_with("irq") && word.size() > 3 &&
             std::isdigit(static_cast<unsigned char>(word[3]))) {
    argument = word.substr(3);
    word.erase(3);
  }
  const auto kind = std::ranges::find(kEvents, word, [](const auto& e) { return std::string_view(e.first); });
  if (kind == std::end(kEvents)) return std::nullopt;
  EventPattern pattern{kind->second, {}};
  if (argument.empty()) return pattern;
  auto value = number(argument);
  if (!value && kind->second == EventKind::exception)
    if (const auto vector = exception_vector(argument)) value = *vector;
  if (!value || *value > 0xFFFF'FFFF) return std::nullopt;
  pattern.value = static_cast<std::uint32_t>(*value);
  return pattern;
}

std::string text(const EventPattern& pattern) {
  const auto kind = std::ranges::find(kEvents, pattern.kind, [](const auto& e) { return e.second; });
  const std::string word = kind == std::end(kEvents) ? name(pattern.kind) : kind->first;
  if (!pattern.value) return word;
  if (pattern.kind == EventKind::exception) return vector_words(static_cast<std::uint8_t>(*pattern.value));
  if (pattern.kind == EventKind::control_write && *pattern.value < kControlRegisters)
    return name(static_cast<ControlRegister>(*pattern.value));
  const bool line = pattern.kind == EventKind::acknowledge || pattern.kind == EventKind::irq_raised ||
                    pattern.kind == EventKind::eoi || pattern.kind == EventKind::mode_change ||
                    pattern.kind == EventKind::ring_change;
  return fmt::format("{} {}", word,
                     line ? fmt::format("{}", *pattern.value) : fmt::format("{:#x}", *pattern.value));
}

std::string text(const Breakpoint& b) {
  constexpr const char* kKinds[] = {"execute", "store", "load", "access", "change", "event"};
  std::string words = kKinds[static_cast<unsigned>(b.kind)];
  if (b.kind == BreakKind::event)
    words += " " + text(b.event);
  else if (b.kind == BreakKind::execute)
    words += fmt::format(" {:#x}", b.address.value);
  else
    words +=
        fmt::format(" {} at {}{:#x}", bytes_words(b.length), b.physical ? "physical " : "", b.address.value);
  if (!b.condition.empty()) words += " if " + text(b.condition);
  return words;
}

}  // namespace ringside
