// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/event_tables.h"

#include <algorithm>

#include "sim/inspect/cells.h"
#include "sim/inspect/port_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr unsigned kKinds = static_cast<unsigned>(EventKind::control_write) + 1;

// What came from outside; empty where the commands are not known.
std::string command_words(const Event& e, const InspectContext& c) {
  if (e.kind != EventKind::command || !c.commands || e.value >= c.commands->size()) return {};
  return describe((*c.commands)[e.value].command);
}

// `meaning`: of a port access, left to whoever follows the stream of accesses; of a command, its words.
std::string event_words(const Event& e, const std::string& meaning) {
  const auto port = [&] {
    const std::string chip = port_name(e.port);
    const std::string named =
        chip.empty() ? fmt::format("port {:#x}", e.port) : fmt::format("port {:#x} ({})", e.port, chip);
    const int digits = 2 * std::max<int>(e.size, 1);
    return e.kind == EventKind::port_write || (e.kind == EventKind::unmodelled && e.flag)
               ? fmt::format("OUT {:#0{}x} to {}", e.value, digits + 2, named)
               : fmt::format("IN {:#0{}x} from {}", e.value, digits + 2, named);
  };
  switch (e.kind) {
    case EventKind::port_read:
    case EventKind::port_write: return meaning.empty() ? port() : port() + ": " + meaning;
    case EventKind::irq_raised: return fmt::format("IRQ {} ({}) raised", e.line, irq_device(e.line));
    case EventKind::irq_lowered: return fmt::format("IRQ {} ({}) lowered", e.line, irq_device(e.line));
    case EventKind::acknowledge:
      return fmt::format("PIC acknowledged: IRQ {} gives vector {:#x}{}", e.line, e.vector,
                         e.flag ? ", spurious" : "");
    case EventKind::eoi:
      return e.line > 15 ? fmt::format("EOI to the {}, nothing was in service", e.value ? "slave" : "master")
                         : fmt::format("EOI to the {}: IRQ {} is done", e.value ? "slave" : "master", e.line);
    case EventKind::exception: {
      std::string words = vector_long_name(e.vector);
      if (e.vector < 32 && pushes_error_code(e.vector)) words += ": " + error_code_words(e.vector, e.value);
      return words;
    }
    case EventKind::interrupt:
      return e.vector == 2 ? "NMI accepted" : fmt::format("interrupt {:#x} accepted", e.vector);
    case EventKind::mode_change:
      return fmt::format("{} mode, from {} mode", name(static_cast<CpuMode>(e.value)),
                         name(static_cast<CpuMode>(e.value2)));
    case EventKind::ring_change: return fmt::format("ring {} to ring {}", e.value2, e.value);
    case EventKind::halt: return e.flag ? "HLT, interrupts on" : "HLT, interrupts off";
    case EventKind::wake: return "left HLT";
    case EventKind::serial_byte:
      return e.value >= 0x20 && e.value < 0x7F ? fmt::format("COM1 sent '{}'", static_cast<char>(e.value))
                                               : fmt::format("COM1 sent {:#04x}", e.value);
    case EventKind::command: return meaning.empty() ? "something from outside" : meaning;
    case EventKind::reset: {
      constexpr const char* kCauses[] = {"the keyboard controller", "port 0x92", "port 0xCF9"};
      return fmt::format("reset by {}", e.value < 3 ? kCauses[e.value] : "the board");
    }
    case EventKind::triple_fault: return "triple fault: the processor has shut down";
    case EventKind::debug_exit: return fmt::format("debug exit, status {}", e.value);
    case EventKind::power_off: return "power off";
    case EventKind::unmodelled: return port() + ": nobody answers there";
    case EventKind::control_write:
      return fmt::format("{} = {:#x}", name(static_cast<ControlRegister>(e.line)),
                         std::uint64_t{e.value2} << 32 | e.value);
  }
  return {};
}

Tone tone_of(EventKind kind) {
  switch (kind) {
    case EventKind::exception:
    case EventKind::triple_fault:
    case EventKind::unmodelled: return Tone::fault;
    case EventKind::irq_raised:
    case EventKind::acknowledge:
    case EventKind::interrupt: return Tone::interrupt;
    case EventKind::port_write:
    case EventKind::control_write: return Tone::write;
    default: return Tone::plain;
  }
}

}  // namespace

EventMask usual_events() {
  EventMask mask;
  for (unsigned k = 0; k < kKinds; ++k) mask.add(static_cast<EventKind>(k));
  EventMask usual;
  for (unsigned k = 0; k < kKinds; ++k)
    if (static_cast<EventKind>(k) != EventKind::port_read &&
        static_cast<EventKind>(k) != EventKind::port_write)
      usual.add(static_cast<EventKind>(k));
  return usual;
}

Result<EventMask> event_mask(std::string_view words) {
  EventMask mask;
  std::string known;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find(',', at), words.size());
    const std::string_view word = words.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    bool found = true;
    if (word == "all") {
      for (unsigned k = 0; k < kKinds; ++k) mask.add(static_cast<EventKind>(k));
    } else if (word == "irq") {
      for (EventKind k : {EventKind::irq_raised, EventKind::irq_lowered, EventKind::acknowledge,
                          EventKind::interrupt, EventKind::eoi})
        mask.add(k);
    } else if (word == "port" || word == "ports") {
      for (EventKind k : {EventKind::port_read, EventKind::port_write, EventKind::unmodelled}) mask.add(k);
    } else {
      found = false;
      for (unsigned k = 0; k < kKinds; ++k) {
        std::string kind = name(static_cast<EventKind>(k));
        std::ranges::replace(kind, ' ', '-');
        std::ranges::transform(kind, kind.begin(),
                               [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
        if (kind != word) continue;
        mask.add(static_cast<EventKind>(k));
        found = true;
      }
    }
    if (!found)
      return fail(fmt::format(
          "\"{}\" is no kind of event; try irq, port, exception, interrupt, mode-change, ring-change, "
          "halt, eoi or all.",
          word));
  }
  return mask;
}

std::string event_words(const Event& event, const InspectContext& now) {
  return event_words(event, command_words(event, now));
}

Table events_table(const InspectContext& c, EventMask kinds, std::size_t most) {
  Table t{.name = "events",
          .title = "Events",
          .note = {},
          .columns = {{"Number", true}, {"Instruction", true}, {"At"}, {"Kind"}, {"What"}},
          .rows = {}};
  if (!c.events) return t;
  const EventLog& log = *c.events;
  std::vector<std::uint64_t> chosen;
  for (std::uint64_t n = log.total(); n > log.first() && chosen.size() < most; --n)
    if (kinds.has(log[n - 1].kind)) chosen.push_back(n - 1);
  std::ranges::reverse(chosen);

  // Chips are followed from a good while before, so that the words of an initialisation get their names.
  constexpr std::uint64_t kLongestSequence = 1024;
  PortWords words;
  std::uint64_t n = log.first();
  if (!chosen.empty() && chosen.front() > n + kLongestSequence) n = chosen.front() - kLongestSequence;
  const bool ports = kinds.has(EventKind::port_read) || kinds.has(EventKind::port_write);
  for (std::uint64_t number : chosen) {
    std::string meaning;
    for (; ports && n <= number; ++n) {
      const Event& e = log[n];
      if (e.kind == EventKind::port_write)
        meaning = words.write(e.port, e.size, e.value);
      else if (e.kind == EventKind::port_read && n == number)
        meaning = words.read(e.port, e.size, e.value);
    }
    const Event& e = log[number];
    if (e.kind == EventKind::command) meaning = command_words(e, c);
    const Tone tone = tone_of(e.kind);
    Cell place = symbol(c.symbols, e.rip);
    if (place.text.empty()) place = {fmt::format("{:#x}", e.rip), Link::linear, e.rip};
    const bool delivered =
        e.kind == EventKind::exception || e.kind == EventKind::interrupt || e.kind == EventKind::triple_fault;
    Cell what = plain(event_words(e, meaning), tone);
    if (delivered) {
      what.link = Link::delivery;
      what.target = e.delivery;
    }
    const bool at_a_port =
        e.kind == EventKind::port_read || e.kind == EventKind::port_write || e.kind == EventKind::unmodelled;
    t.rows.push_back({std::to_string(number),
                      {Cell{std::to_string(number), Link::event, number}, plain(count_words(e.instructions)),
                       place, muted(name(e.kind)), what},
                      at_a_port ? at_port(e.port) : RowSource{}});
  }
  t.note = fmt::format("{} of {} events", chosen.size(), count_words(log.total()));
  if (log.first() > 0) t.note += fmt::format("; the log holds those from {} on", count_words(log.first()));
  return t;
}

const DeliveryRecord* find_delivery(const InspectContext& c, std::uint32_t number) {
  if (!c.deliveries) return nullptr;
  const auto found = std::ranges::find(*c.deliveries, number, &DeliveryRecord::number);
  return found == c.deliveries->end() ? nullptr : &*found;
}

Table deliveries_table(const InspectContext& c) {
  Table t{.name = "deliveries",
          .title = "Exceptions and interrupts delivered",
          .note = {},
          .columns = {{"Number", true},
                      {"Instruction", true},
                      {"At"},
                      {"Vector", true},
                      {"What"},
                      {"Outcome"},
                      {"Handler"}},
          .rows = {}};
  if (!c.deliveries) return t;
  for (const DeliveryRecord& r : *c.deliveries) {
    const Exception& first = r.delivery.attempts.front().exception;
    const Attempt& last = r.delivery.attempts.back();
    const bool done = last.end == AttemptEnd::delivered;
    std::string outcome;
    for (const Attempt& a : r.delivery.attempts)
      outcome += (outcome.empty() ? "" : " then ") + vector_words(a.exception.vector);
    if (r.delivery.attempts.size() == 1) outcome = "delivered";
    if (r.delivery.triple_fault()) outcome += ": triple fault";
    const bool fault = first.source != Source::external && first.source != Source::nmi &&
                       first.source != Source::software_int;
    t.rows.push_back(
        {std::to_string(r.number),
         {Cell{std::to_string(r.number), Link::delivery, r.number}, plain(count_words(r.instructions)),
          Cell{place_words(c.symbols, r.rip), Link::linear, r.rip},
          Cell{std::to_string(first.vector), Link::vector, first.vector},
          plain(vector_long_name(first.vector), fault ? Tone::fault : Tone::interrupt), plain(outcome),
          done ? Cell{place_words(c.symbols, r.delivery.after.rip), Link::source, r.delivery.after.rip}
               : Cell{}}});
  }
  t.note = fmt::format("the newest {}", c.deliveries->size());
  return t;
}

Table anatomy_table(const InspectContext& c, const DeliveryRecord& r) {
  const Exception& first = r.delivery.attempts.front().exception;
  Table t{.name = "anatomy",
          .title = fmt::format("Delivery {}: {} at {}", r.number, vector_long_name(first.vector),
                               place_words(c.symbols, r.rip)),
          .note = fmt::format("Instruction {}. {}.", count_words(r.instructions),
                              r.delivery.triple_fault() ? "Triple fault" : "Delivered"),
          .columns = {{"Step", true}, {"Event"}, {"What"}, {"Detail"}, {"Result"}, {"In words"}},
          .rows = {}};
  unsigned number = 0;
  for (const Attempt& a : r.delivery.attempts)
    for (const MicroStep& s : a.steps) {
      const StepWords words = step_words(s, a, r.delivery.before, c.symbols);
      t.rows.push_back(
          {std::to_string(number),
           {plain(std::to_string(number)),
            Cell{vector_words(a.exception.vector), Link::vector, a.exception.vector}, plain(words.what),
            plain(words.detail), s.ok ? plain("ok", Tone::good) : bad("fails"), plain(words.sentence)}});
      ++number;
    }
  return t;
}

}  // namespace ringside
