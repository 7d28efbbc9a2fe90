// SPDX-License-Identifier: GPL-2.0-or-later
// Session::command(): everything that can be done to a machine, in words. One list for gdb's monitor, the
// command line and the window.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <span>

#include "sim/inspect/words.h"
#include "sim/session/condition.h"
#include "sim/session/session.h"

namespace ringside {
namespace {

using Answer = Result<std::string>;

struct Verb {
  const char* name;
  const char* argument;
  const char* help;
  Answer (*run)(Session&, std::string_view argument);
};
std::span<const Verb> verbs();

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The first word, and what is behind it.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
  text = trimmed(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  return {text.substr(0, end), trimmed(text.substr(end))};
}

Result<std::uint64_t> number(std::string_view text, const char* what) {
  const std::string_view word = trimmed(text);
  const bool hex = word.starts_with("0x");
  std::uint64_t value = 0;
  const char* const last = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data() + (hex ? 2 : 0), last, value, hex ? 16 : 10);
  if (word.size() <= (hex ? 2u : 0u) || end != last || error != std::errc{})
    return fail(fmt::format("\"{}\" is no {}.", word, what));
  return value;
}

std::string standing(Session& s) {
  const Timeline& t = s.timeline();
  std::string words = fmt::format("instruction {}", count_words(s.machine().instructions()));
  if (t.keeps() && t.in_past())
    words += fmt::format(" of {}, in the past", count_words(t.end().instructions));
  if (t.branches().size() > 1) words += fmt::format(", branch {}", t.branch());
  return words + ": " + plain(where(s.context())) + "\n";
}

Answer done(Session& s) { return plain(s.what_just_happened().headline) + "\n" + standing(s); }
Answer done(Session& s, const Result<Stop>& stop) {
  if (!stop) return std::unexpected(stop.error());
  return done(s);
}

// A step made as often as asked for; fewer where something stops it.
Answer repeated(Session& s, std::string_view argument, Stop (*step)(Session&)) {
  std::uint64_t times = 1;
  if (!argument.empty()) {
    const auto wanted = number(argument, "number of steps");
    if (!wanted) return std::unexpected(wanted.error());
    times = *wanted;
  }
  constexpr std::uint64_t kMost = 1'000'000;
  if (times > kMost)
    return fail(fmt::format("At most {} steps at once: seek goes further.", count_words(kMost)));
  for (std::uint64_t n = 0; n < times && !s.cancelled(); ++n)
    if (const Stop stop = step(s); stop.kind != StopKind::step) break;
  return done(s);
}

Answer run_to(Session& s, std::string_view argument) {
  auto until = s.until(argument);
  if (!until) return std::unexpected(until.error());
  until->limits.instructions = std::min(until->limits.instructions, Session::kRunToLimit);
  until->limits.until_time = std::min(until->limits.until_time, s.machine().time() + Session::kRunToLimit);
  s.run(*until);
  return done(s);
}

std::pair<std::string_view, Result<Condition>> with_condition(std::string_view text) {
  const std::size_t at = text.find(" if ");
  if (at == std::string_view::npos) return {trimmed(text), Condition{}};
  return {trimmed(text.substr(0, at)), condition(text.substr(at + 4))};
}

std::string numbered(Session& s, std::size_t n) {
  const Breakpoint& b = s.machine().breakpoints()[n];
  std::string words = fmt::format("{}  {}{}", n, text(b), b.enabled ? "" : "  (off)");
  if (b.kind == BreakKind::execute)
    if (const std::string place = name_at(s.symbols(), b.address.value); !place.empty())
      words += "  " + place;
  return words + "\n";
}

Answer set_break(Session& s, std::string_view argument) {
  const auto [what, when] = with_condition(argument);
  if (!when) return std::unexpected(when.error());
  auto& all = s.machine().breakpoints();
  const std::size_t first = all.size();
  if (const auto event = event_pattern(what)) {
    all.push_back({.address = {}, .kind = BreakKind::event, .event = *event, .condition = *when});
  } else {
    const auto places = s.symbols().resolve_all(what);
    if (!places) return std::unexpected(places.error());
    for (const VirtAddr place : *places) all.push_back({.address = place, .event = {}, .condition = *when});
  }
  std::string words;
  for (std::size_t n = first; n < all.size(); ++n) words += numbered(s, n);
  return words;
}

Answer set_watch(Session& s, std::string_view argument) {
  auto [what, when] = with_condition(argument);
  if (!when) return std::unexpected(when.error());
  constexpr std::pair<const char*, BreakKind> kKinds[] = {
      {"store", BreakKind::store},  {"w", BreakKind::store},       {"load", BreakKind::load},
      {"r", BreakKind::load},       {"access", BreakKind::access}, {"rw", BreakKind::access},
      {"change", BreakKind::change}};
  BreakKind kind = BreakKind::change;
  const auto [first, rest] = split(what);
  const std::string_view word = first;
  if (const auto known =
          std::ranges::find(kKinds, word, [](const auto& k) { return std::string_view(k.first); });
      known != std::end(kKinds)) {
    kind = known->second;
    what = rest;
  }
  const auto asked = subject(s.context(), what);
  if (!asked) return std::unexpected(asked.error());
  auto& all = s.machine().breakpoints();
  if (asked->kind != Subject::Kind::memory)
    return fail("Only memory is watched; break takes events and control registers: break cr3.");
  all.push_back({.address = {asked->address.value},
                 .kind = kind,
                 .length = asked->length,
                 .physical = true,
                 .event = {},
                 .condition = *when});
  return numbered(s, all.size() - 1);
}

Answer list_breakpoints(Session& s, std::string_view) {
  std::string words;
  for (std::size_t n = 0; n < s.machine().breakpoints().size(); ++n) words += numbered(s, n);
  return words.empty() ? "There are no breakpoints.\n" : words;
}

Answer delete_breakpoint(Session& s, std::string_view argument) {
  auto& all = s.machine().breakpoints();
  if (argument.empty() || argument == "all") {
    all.clear();
    return "There are no breakpoints.\n";
  }
  const auto n = number(argument, "number of a breakpoint");
  if (!n) return std::unexpected(n.error());
  if (*n >= all.size()) return fail(fmt::format("There is no breakpoint {}.", *n));
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(*n));
  return list_breakpoints(s, {});
}

Answer who_wrote(Session& s, std::string_view argument) { return s.ask_who(argument, false); }
Answer who_reads(Session& s, std::string_view argument) { return s.ask_who(argument, true); }

Answer apply(Session& s, const Command& command) {
  const bool branches = s.timeline().keeps() && s.timeline().in_past();
  if (auto applied = s.apply(command); !applied) return std::unexpected(applied.error());
  std::string words = describe(command) + "\n";
  if (branches) words += fmt::format("A new branch begins here: {}.\n", s.timeline().branch());
  return words;
}

Answer set_register(Session& s, std::string_view argument) {
  const auto [which, to] = split(argument);
  const auto value = number(to, "value");
  if (!value) return std::unexpected(value.error());
  if (which == "rip") return apply(s, SetRegister{16, *value});
  if (which == "rflags") return apply(s, SetRegister{17, *value});
  const auto asked = subject(s.context(), which);
  if (!asked || asked->kind != Subject::Kind::gpr)
    return fail(fmt::format("\"{}\" is no register that can be set: rax to r15, rip, rflags.", which));
  return apply(s, SetRegister{asked->number, *value});
}

Answer poke(Session& s, std::string_view argument) {
  const auto [where, what] = split(argument);
  const auto asked = subject(s.context(), where);
  if (!asked) return std::unexpected(asked.error());
  const auto value = number(what, "byte");
  if (!value) return std::unexpected(value.error());
  if (asked->kind != Subject::Kind::memory || *value > 0xFF)
    return fail("poke takes an address and a byte: poke 0xb8000 0x41.");
  return apply(s, SetMemory{asked->address, static_cast<std::uint8_t>(*value)});
}

Answer inject(Session& s, std::string_view argument) {
  const auto [which, rest] = split(argument);
  const auto pattern = event_pattern(which);
  auto vector = number(which, "exception");
  if (pattern && pattern->kind == EventKind::exception && pattern->value) vector = *pattern->value;
  if (!vector || *vector > 31) return fail("inject takes an exception: inject #pf 2 0x1000, inject #gp 0.");
  const auto [code, cr2] = split(rest);
  InjectException command{.vector = static_cast<std::uint8_t>(*vector)};
  if (!code.empty()) {
    const auto value = number(code, "error code");
    if (!value) return std::unexpected(value.error());
    command.error_code = static_cast<std::uint32_t>(*value);
  }
  if (!cr2.empty()) {
    const auto value = number(cr2, "address for CR2");
    if (!value) return std::unexpected(value.error());
    command.cr2 = *value;
  }
  return apply(s, command);
}

Answer list_branches(Session& s, std::string_view) {
  std::string words;
  for (const BranchInfo& b : s.timeline().branches())
    words += fmt::format("{}{}  {} to {}{}{}\n", b.id == s.timeline().branch() ? "* " : "  ", b.id,
                         count_words(b.start.instructions), count_words(b.end.instructions),
                         b.parent ? fmt::format(", left {}", *b.parent) : "",
                         b.begins_with.empty() ? "" : " by: " + b.begins_with);
  return words;
}

Answer list_checkpoints(Session& s, std::string_view) {
  const auto all = s.timeline().checkpoints();
  std::string words =
      fmt::format("{} checkpoints, {} of {}\n", all.size(), bytes_words(s.timeline().memory_used()),
                  bytes_words(s.timeline().memory_limit()));
  if (!s.timeline().trouble().empty()) words += s.timeline().trouble() + "\n";
  return words;
}

Answer branch(Session& s, std::string_view argument) {
  const auto n = number(argument, "number of a branch");
  if (!n) return std::unexpected(n.error());
  return done(s, s.switch_branch(static_cast<unsigned>(*n)));
}

Answer drop(Session& s, std::string_view argument) {
  const auto n = number(argument, "number of a branch");
  if (!n) return std::unexpected(n.error());
  if (auto gone = s.timeline().drop(static_cast<unsigned>(*n)); !gone) return std::unexpected(gone.error());
  return list_branches(s, {});
}

Answer inspect_topic(Session& s, std::string_view argument) {
  const auto [topic, rest] = split(argument);
  const auto table = s.inspect(topic, rest);
  if (!table) return std::unexpected(table.error());
  return to_text(*table);
}

Answer help(Session&, std::string_view) {
  std::string words;
  for (const Verb& verb : verbs())
    words += fmt::format("{:<34} {}\n", fmt::format("{} {}", verb.name, verb.argument), verb.help);
  words += fmt::format("{:<34} {}\n", "TOPIC [ARGUMENT]", "the same as inspect TOPIC");
  words += "Topics:";
  for (const InspectTopic& topic : topics()) words += fmt::format(" {}", topic.name);
  return words + "\n";
}

constexpr Verb kVerbs[] = {
    {"where", "", "where the machine stands",
     [](Session& s, std::string_view) -> Answer { return standing(s); }},
    {"what", "", "what just happened",
     [](Session& s, std::string_view) -> Answer { return s.what_just_happened().text() + "\n"; }},
    {"step", "[N]", "one instruction forward, or N",
     [](Session& s, std::string_view n) { return repeated(s, n, [](Session& x) { return x.step(); }); }},
    {"line", "[N]", "to another source line",
     [](Session& s, std::string_view n) { return repeated(s, n, [](Session& x) { return x.step_line(); }); }},
    {"over", "[N]", "one instruction, a call as one",
     [](Session& s, std::string_view n) { return repeated(s, n, [](Session& x) { return x.step_over(); }); }},
    {"out", "", "to the caller", [](Session& s, std::string_view) { return done(s, s.step_out()); }},
    {"run-to", "PLACE|EVENT", "forward to a place, event or count", run_to},
    {"back", "[N]", "one instruction back, or N",
     [](Session& s, std::string_view n) { return repeated(s, n, [](Session& x) { return x.step_back(); }); }},
    {"back-line", "[N]", "to the source line before",
     [](Session& s, std::string_view n) {
       return repeated(s, n, [](Session& x) { return x.step_back_line(); });
     }},
    {"back-over", "[N]", "one instruction back, a call as one",
     [](Session& s, std::string_view n) {
       return repeated(s, n, [](Session& x) { return x.step_back_over(); });
     }},
    {"back-out", "", "back to the call of this function",
     [](Session& s, std::string_view) { return done(s, s.step_back_out()); }},
    {"back-to", "PLACE|EVENT", "back to the newest such point: irq1, #pf, kernel_main, shell.cpp:42",
     [](Session& s, std::string_view what) { return done(s, s.go_back_to(what)); }},
    {"run-back", "", "back to the newest breakpoint or watchpoint",
     [](Session& s, std::string_view) -> Answer { return done(s, s.run_back(Until{})); }},
    {"seek", "N|start|end", "to an instruction count of this history",
     [](Session& s, std::string_view where) { return done(s, s.go_back_to(where)); }},
    {"who-wrote", "[thoroughly] [WHAT]", "who wrote it last; again without WHAT: who before that", who_wrote},
    {"who-reads", "[WHAT]", "who reads it next", who_reads},
    {"break", "PLACE|EVENT [if CONDITION]", "stop there: kernel_main, #pf, irq 1, mode, triple-fault, cr3",
     set_break},
    {"watch", "[KIND] WHAT [if CONDITION]",
     "stop at a store, load, access or (without KIND) change of memory", set_watch},
    {"breakpoints", "", "all of them", list_breakpoints},
    {"delete", "[N]", "a breakpoint, or all", delete_breakpoint},
    {"set", "REGISTER VALUE", "a register; in the past this begins a branch", set_register},
    {"poke", "ADDRESS BYTE", "a byte of memory", poke},
    {"inject", "EXCEPTION [CODE [CR2]]", "an exception, as if the next instruction raised it", inject},
    {"nmi", "", "a non-maskable interrupt",
     [](Session& s, std::string_view) { return apply(s, RaiseNmi{}); }},
    {"branches", "", "the histories there are", list_branches},
    {"branch", "N", "to the end of another one", branch},
    {"drop", "N", "forget one", drop},
    {"checkpoints", "", "how many, and the memory they take", list_checkpoints},
    {"inspect", "TOPIC [ARGUMENT]", "a table: idt, walk 0x400000, stack, ...", inspect_topic},
    {"help", "", "this list", help},
};

std::span<const Verb> verbs() { return kVerbs; }

}  // namespace

Result<std::string> Session::ask_who(std::string_view words, bool reads) {
  bool thorough = false;
  if (const auto [first, rest] = split(words); first == "thoroughly") {
    thorough = true;
    words = rest;
  }
  if (!trimmed(words).empty()) {
    const auto asked = subject(context(), words);
    if (!asked) return std::unexpected(asked.error());
    question_ = Question{*asked, {}};
  } else if (!question_) {
    return fail(fmt::format("What is asked about? One of: {}.", subject_help()));
  }
  const Culprit answer = reads ? who_reads(question_->subject)
                               : who_wrote(question_->subject, question_->before, nullptr, nullptr, thorough);
  if (answer.found && !reads) question_->before = answer.instructions;
  std::string text = plain(answer.sentence) + "\n";
  if (!answer.source_line.empty()) text += fmt::format("  {}  {}\n", answer.source, answer.source_line);
  return text;
}

Result<Stop> Session::switch_branch(unsigned id) {
  begin(Action::back);
  const auto stop = timeline_.switch_to(id);
  if (stop) return end(*stop);
  return stop;
}

Result<std::string> Session::command(std::string_view words) {
  const auto [first, rest] = split(words);
  const std::string_view word = first;
  if (word.empty()) return fail("There is nothing to do: help lists what there is.");
  const auto verb = std::ranges::find(kVerbs, word, [](const Verb& v) { return std::string_view(v.name); });
  if (verb != std::end(kVerbs)) return verb->run(*this, rest);
  if (find_topic(word)) return inspect_topic(*this, words);
  return fail(fmt::format("\"{}\" is nothing that can be done: help lists what there is.", word));
}

}  // namespace ringside
