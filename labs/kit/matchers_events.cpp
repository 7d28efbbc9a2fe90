// SPDX-License-Identifier: GPL-2.0-or-later
// What happened, in order, in number, and beside the reference.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/kit/blame.h"
#include "labs/kit/matchers.h"
#include "sim/inspect/port_words.h"

namespace ringside::labs {
namespace {

using testing::Matcher;
using testing::MatchResultListener;

class EventMatcher : public testing::MatcherInterface<const Pc&> {
 public:
  using Wrong = std::function<std::string(const Pc&)>;
  EventMatcher(std::string description, Wrong wrong)
      : description_(std::move(description)), wrong_(std::move(wrong)) {}
  bool MatchAndExplain(const Pc& pc, MatchResultListener* listener) const override {
    const std::string wrong = wrong_(pc);
    *listener << wrong;
    return wrong.empty();
  }
  void DescribeTo(std::ostream* out) const override { *out << description_; }
  void DescribeNegationTo(std::ostream* out) const override { *out << "not: " << description_; }

 private:
  std::string description_;
  Wrong wrong_;
};

std::string port(const Event& e) {
  const std::string name = port_name(e.port);
  return name.empty() ? fmt::format("port {:#x}", e.port) : fmt::format("port {:#x} ({})", e.port, name);
}

}  // namespace

std::string words_of(const Event& e) {
  switch (e.kind) {
    case EventKind::port_read: return fmt::format("read {:#x} from {}", e.value, port(e));
    case EventKind::port_write: return fmt::format("wrote {:#x} to {}", e.value, port(e));
    case EventKind::eoi:
      return e.line == 0xFF ? "sent an end of interrupt for nothing"
                            : fmt::format("sent the end of interrupt (EOI) for IRQ {} to port {:#x}", e.line,
                                          e.value ? 0xA0 : 0x20);
    case EventKind::acknowledge:
      return fmt::format("took {}IRQ {}, vector {:#x}", e.flag ? "spurious " : "", e.line, e.vector);
    case EventKind::exception:
      return fmt::format("raised exception {} ({})", e.vector, exception_name(e.vector));
    case EventKind::interrupt: return fmt::format("entered the handler of vector {:#x}", e.vector);
    case EventKind::halt: return e.flag ? "halted" : "halted with interrupts off";
    default: return name(e.kind);
  }
}

EventWord PortWrite(std::uint16_t port) {
  return {fmt::format("a write to port {:#x}", port),
          [=](const Event& e) { return e.kind == EventKind::port_write && e.port == port; }};
}
EventWord PortWrite(std::uint16_t port, std::uint8_t value) {
  return {fmt::format("{:#04x} written to port {:#x}", value, port), [=](const Event& e) {
            return e.kind == EventKind::port_write && e.port == port && (e.value & 0xFF) == value;
          }};
}
EventWord PortRead(std::uint16_t port) {
  return {fmt::format("a read of port {:#x}", port),
          [=](const Event& e) { return e.kind == EventKind::port_read && e.port == port; }};
}
EventWord Eoi(unsigned irq) {
  return {fmt::format("an end of interrupt for IRQ {}", irq),
          [=](const Event& e) { return e.kind == EventKind::eoi && e.line == irq; }};
}
EventWord Acknowledge(unsigned irq) {
  return {fmt::format("IRQ {} taken", irq),
          [=](const Event& e) { return e.kind == EventKind::acknowledge && e.line == irq && !e.flag; }};
}
EventWord ExceptionOf(unsigned vector) {
  return {fmt::format("exception {} ({})", vector, exception_name(static_cast<std::uint8_t>(vector))),
          [=](const Event& e) { return e.kind == EventKind::exception && e.vector == vector; }};
}
EventWord InterruptOf(unsigned vector) {
  return {fmt::format("an interrupt with vector {:#x}", vector),
          [=](const Event& e) { return e.kind == EventKind::interrupt && e.vector == vector; }};
}
EventWord Halted() {
  return {"a halt with interrupts on", [](const Event& e) { return e.kind == EventKind::halt && e.flag; }};
}
EventWord AnyOfThese(std::string text, std::vector<EventWord> words) {
  return {std::move(text), [=](const Event& e) {
            return std::ranges::any_of(words, [&](const EventWord& w) { return w.is(e); });
          }};
}

OfPc EventsInOrder(std::vector<EventWord> words, std::uint64_t since) {
  std::vector<std::string> texts;
  for (const EventWord& word : words) texts.push_back(word.text);
  return OfPc(
      new EventMatcher(fmt::format("{}", fmt::join(texts, ", then ")), [=](const Pc& pc) -> std::string {
        std::size_t next = 0;
        const Event* last = nullptr;
        const std::vector<Event> all = pc.events(since);
        for (const Event& e : all)
          if (next < words.size() && words[next].is(e)) ++next, last = &e;
        if (next == words.size()) return "";
        if (last) blame(*last);
        const bool at_all = std::ranges::any_of(all, words[next].is);
        return fmt::format("{}{} did not come{}", words[next].text,
                           next ? fmt::format(" after {}", words[next - 1].text) : "",
                           at_all ? ", only at another place" : "");
      }));
}

OfPc EventCount(EventWord word, Matcher<std::size_t> count, std::uint64_t since) {
  std::ostringstream wanted;
  count.DescribeTo(&wanted);
  return OfPc(new EventMatcher(fmt::format("the number of times there was {} {}", word.text, wanted.str()),
                               [=](const Pc& pc) -> std::string {
                                 std::size_t found = 0;
                                 const std::vector<Event> all = pc.events(since);
                                 for (const Event& e : all)
                                   if (word.is(e)) ++found, blame(e);
                                 return count.Matches(found) ? "" : fmt::format("there were {}", found);
                               }));
}

Visible PortTraffic(std::vector<std::uint16_t> ports) {
  return [=](const Event& e) {
    return (e.kind == EventKind::port_write || e.kind == EventKind::port_read) &&
           std::ranges::find(ports, e.port) != ports.end();
  };
}
Visible PortTrafficAndInterrupts(std::vector<std::uint16_t> ports) {
  return [traffic = PortTraffic(std::move(ports))](const Event& e) {
    return traffic(e) || e.kind == EventKind::acknowledge;
  };
}

OfPc SameEventsAs(const Pc& reference, Visible visible, std::uint64_t since, std::uint64_t reference_since) {
  const Pc* other = &reference;
  return OfPc(new EventMatcher(
      "what can be seen from outside is as with the reference", [=](const Pc& pc) -> std::string {
        const auto seen = [&](const Pc& who, std::uint64_t from) {
          std::vector<Event> all = who.events(from);
          std::erase_if(all, [&](const Event& e) { return !visible(e); });
          return all;
        };
        const std::vector<Event> theirs = seen(pc, since), right = seen(*other, reference_since);
        const auto same = [](const Event& a, const Event& b) {
          return a.kind == b.kind && a.port == b.port && a.line == b.line && a.vector == b.vector &&
                 a.value == b.value && a.flag == b.flag;
        };
        for (std::size_t i = 0; i < std::max(theirs.size(), right.size()); ++i) {
          if (i < theirs.size() && i < right.size() && same(theirs[i], right[i])) continue;
          std::string where = "at first";
          if (i > 0) where = fmt::format("after it {}", words_of(right[i - 1]));
          if (i < theirs.size())
            blame(theirs[i]);
          else if (i > 0)
            blame(theirs[i - 1]);
          if (i >= right.size())
            return fmt::format("{} the reference does nothing more; yours {}", where, words_of(theirs[i]));
          return fmt::format("{} the reference {}; yours {}", where, words_of(right[i]),
                             i < theirs.size() ? words_of(theirs[i]) : "never did");
        }
        return "";
      }));
}

OfPc SameScreenAs(const Pc& reference) {
  const Pc* other = &reference;
  return OfPc(new EventMatcher("the screen is as with the reference", [=](const Pc& pc) -> std::string {
    for (unsigned row = 0; row < kTextRows; ++row)
      for (unsigned column = 0; column < kTextColumns; ++column)
        if (!(pc.cell(row, column) == other->cell(row, column)))
          return fmt::format("row {} first differs, at column {}: \"{}\" instead of \"{}\"{}", row, column,
                             pc.row(row), other->row(row),
                             pc.row(row) == other->row(row) ? " (the colours)" : "");
    return "";
  }));
}

OfPc SameSerialAs(const Pc& reference) {
  const Pc* other = &reference;
  return OfPc(
      new EventMatcher("what COM1 has sent is as with the reference", [=](const Pc& pc) -> std::string {
        const std::string theirs = pc.serial(), right = other->serial();
        if (theirs == right) return "";
        const std::size_t at =
            static_cast<std::size_t>(std::ranges::mismatch(theirs, right).in1 - theirs.begin());
        const auto around = [&](const std::string& text) {
          return testing::PrintToString(text.substr(at > 20 ? at - 20 : 0, 60));
        };
        return fmt::format("from byte {} on it is {} and not {}", at, around(theirs), around(right));
      }));
}

}  // namespace ringside::labs
