// SPDX-License-Identifier: GPL-2.0-or-later
// Gates, interrupt stacks, pages, screen, serial line.
#include <fmt/format.h>

#include "labs/kit/matchers.h"

namespace ringside::labs {
namespace {

using testing::Matcher;
using testing::MatchResultListener;

std::string described(const auto& matcher) {
  std::ostringstream out;
  matcher.DescribeTo(&out);
  return out.str();
}

// A matcher of the machine from two functions: how it is described, and what is not as it should be ("" = all
// is well).
OfPc of_pc(std::string description, std::function<std::string(const Pc&)> wrong) {
  class Impl : public testing::MatcherInterface<const Pc&> {
   public:
    Impl(std::string d, std::function<std::string(const Pc&)> w)
        : description_(std::move(d)), wrong_(std::move(w)) {}
    bool MatchAndExplain(const Pc& pc, MatchResultListener* listener) const override {
      const std::string wrong = wrong_(pc);
      *listener << wrong;
      return wrong.empty();
    }
    void DescribeTo(std::ostream* out) const override { *out << description_; }
    void DescribeNegationTo(std::ostream* out) const override { *out << "not: " << description_; }

   private:
    std::string description_;
    std::function<std::string(const Pc&)> wrong_;
  };
  return OfPc(new Impl(std::move(description), std::move(wrong)));
}

// Likewise of a part.
template <class T>
Matcher<const T&> of(std::string description, std::function<std::string(const T&)> wrong) {
  class Impl : public testing::MatcherInterface<const T&> {
   public:
    Impl(std::string d, std::function<std::string(const T&)> w)
        : description_(std::move(d)), wrong_(std::move(w)) {}
    bool MatchAndExplain(const T& value, MatchResultListener* listener) const override {
      const std::string wrong = wrong_(value);
      *listener << wrong;
      return wrong.empty();
    }
    void DescribeTo(std::ostream* out) const override { *out << description_; }
    void DescribeNegationTo(std::ostream* out) const override { *out << "not " << description_; }

   private:
    std::string description_;
    std::function<std::string(const T&)> wrong_;
  };
  return Matcher<const T&>(new Impl(std::move(description), std::move(wrong)));
}

// The remark of a part's matcher; its description of what is there where it has none.
template <class T>
std::string mismatch(const Matcher<const T&>& matcher, const T& value, const std::string& otherwise) {
  testing::StringMatchResultListener listener;
  if (matcher.MatchAndExplain(value, &listener)) return "";
  return listener.str().empty() ? otherwise : listener.str();
}

std::string named(const Pc& pc, std::uint64_t address) {
  const std::string name = pc.context().symbols.name({address});
  return name.empty() ? hex64(address) : fmt::format("{} ({})", hex64(address), name);
}

std::string walk_words(const Walk& walk) {
  if (walk.ok())
    return fmt::format("it is mapped to {}, {}, {}, {}", hex64(walk.physical.value),
                       walk.writable ? "writable" : "read-only",
                       walk.no_execute ? "no-execute" : "executable",
                       walk.user ? "for user code" : "for the kernel");
  const WalkEntry* last = walk.count ? &walk.entries[walk.count - 1] : nullptr;
  if (!last) return fmt::format("the walk stopped: {}", name(walk.fault));
  return fmt::format("the walk stopped at {}[{}] (entry {} at {}): {}", level_name(walk.paging, last->level),
                     last->index, hex64(last->entry), hex64(last->address.value), name(walk.fault));
}

}  // namespace

OfPc IdtGate(unsigned vector, Matcher<const Gate&> matcher) {
  const std::string what = fmt::format("gate {} of the IDT {}", vector, described(matcher));
  return of_pc(what, [=](const Pc& pc) -> std::string {
    const CpuState& cpu = pc.cpu();
    if (cpu.idtr.limit < vector * 16 + 15)
      return fmt::format("the IDT has no such gate: its limit is {:#x}", cpu.idtr.limit);
    const auto low = pc.context().guest().read({cpu.idtr.base + vector * 16}, 8);
    const auto high = pc.context().guest().read({cpu.idtr.base + vector * 16 + 8}, 8);
    if (!low || !high) return fmt::format("the IDT at {} cannot be read", hex64(cpu.idtr.base));
    const Gate gate{.vector = vector,
                    .present = (*low >> 47 & 1) != 0,
                    .handler = (*low & 0xFFFF) | (*low >> 32 & 0xFFFF0000) | *high << 32,
                    .selector = static_cast<std::uint16_t>(*low >> 16),
                    .ist = static_cast<unsigned>(*low >> 32 & 7),
                    .dpl = static_cast<unsigned>(*low >> 45 & 3),
                    .type = static_cast<unsigned>(*low >> 40 & 15),
                    .pc = &pc};
    return mismatch(matcher, gate, "it is not");
  });
}

Matcher<const Gate&> IsPresent() {
  return of<Gate>("is present",
                  [](const Gate& g) -> std::string { return g.present ? "" : "its P bit is 0"; });
}
Matcher<const Gate&> HasIst(unsigned stack) {
  return of<Gate>(fmt::format("has IST {}", stack),
                  [=](const Gate& g) { return g.ist == stack ? "" : fmt::format("its IST is {}", g.ist); });
}
Matcher<const Gate&> HasDpl(unsigned ring) {
  return of<Gate>(fmt::format("has DPL {}", ring),
                  [=](const Gate& g) { return g.dpl == ring ? "" : fmt::format("its DPL is {}", g.dpl); });
}
Matcher<const Gate&> HasSelector(std::uint16_t selector) {
  return of<Gate>(fmt::format("has selector {:#x}", selector), [=](const Gate& g) {
    return g.selector == selector ? "" : fmt::format("its selector is {:#x}", g.selector);
  });
}
Matcher<const Gate&> IsInterruptGate() {
  return of<Gate>("is an interrupt gate", [](const Gate& g) {
    return g.type == 14 ? "" : fmt::format("its type is {} (14 would be an interrupt gate)", g.type);
  });
}
Matcher<const Gate&> IsTrapGate() {
  return of<Gate>("is a trap gate", [](const Gate& g) {
    return g.type == 15 ? "" : fmt::format("its type is {} (15 would be a trap gate)", g.type);
  });
}
Matcher<const Gate&> LeadsTo(std::string symbol) {
  return of<Gate>("leads to " + symbol, [=](const Gate& g) {
    return g.handler == g.pc->address(symbol) ? "" : "it leads to " + named(*g.pc, g.handler);
  });
}
Matcher<const Gate&> LeadsIntoCode() {
  return of<Gate>("leads to code that may be executed", [](const Gate& g) -> std::string {
    const InspectContext here = g.pc->context();
    const Walk way = walk(here.cpu, here.memory, {g.handler}, {.kind = AccessKind::fetch});
    return way.ok() ? "" : fmt::format("it leads to {}, and {}", named(*g.pc, g.handler), walk_words(way));
  });
}

OfPc IstStack(unsigned number, Matcher<std::uint64_t> top) {
  return of_pc(fmt::format("interrupt stack {} of the TSS {}", number, described(top)),
               [=](const Pc& pc) -> std::string {
                 const CpuState& cpu = pc.cpu();
                 const auto value = pc.context().guest().read({cpu.tr.base + 28 + 8ull * number}, 8);
                 if (!value || cpu.tr.limit < 35 + 8 * number)
                   return "the task register leads to no TSS that has it";
                 testing::StringMatchResultListener listener;
                 if (top.MatchAndExplain(*value, &listener)) return "";
                 return fmt::format("it is {}", named(pc, *value));
               });
}

OfPc Mapped(std::uint64_t linear, Matcher<const Walk&> how) {
  const std::string rights = described(how);
  const std::string what =
      fmt::format("{} is mapped{}", hex64(linear), rights == "is anything" ? "" : " and " + rights);
  return of_pc(what, [=](const Pc& pc) {
    const InspectContext here = pc.context();
    const Walk way = walk(here.cpu, here.memory, {linear}, {});
    if (!way.ok()) return walk_words(way);
    return mismatch(how, way, walk_words(way));
  });
}
OfPc NotMapped(std::uint64_t linear) {
  return of_pc(fmt::format("{} is not mapped", hex64(linear)), [=](const Pc& pc) {
    const InspectContext here = pc.context();
    const Walk way = walk(here.cpu, here.memory, {linear}, {});
    return way.ok() ? walk_words(way) : std::string{};
  });
}
namespace {
Matcher<const Walk&> right(const char* text, bool (*has)(const Walk&)) {
  return of<Walk>(text, [=](const Walk& w) { return has(w) ? std::string{} : walk_words(w); });
}
}  // namespace
Matcher<const Walk&> Writable() {
  return right("writable", [](const Walk& w) { return w.writable; });
}
Matcher<const Walk&> ReadOnly() {
  return right("read-only", [](const Walk& w) { return !w.writable; });
}
Matcher<const Walk&> Executable() {
  return right("executable", [](const Walk& w) { return !w.no_execute; });
}
Matcher<const Walk&> NoExecute() {
  return right("no-execute", [](const Walk& w) { return w.no_execute; });
}
Matcher<const Walk&> ForUser() {
  return right("for user code", [](const Walk& w) { return w.user; });
}
Matcher<const Walk&> ForKernel() {
  return right("for the kernel alone", [](const Walk& w) { return !w.user; });
}
Matcher<const Walk&> At(std::uint64_t physical) {
  return of<Walk>(fmt::format("at physical {}", hex64(physical)), [=](const Walk& w) {
    return w.physical.value == physical ? std::string{} : walk_words(w);
  });
}
Matcher<const Walk&> PageOf(std::uint64_t bytes) {
  return of<Walk>(fmt::format("a page of {} KiB", bytes / 1024), [=](const Walk& w) {
    return w.page_bytes == bytes ? "" : fmt::format("it is a page of {} KiB", w.page_bytes / 1024);
  });
}

OfPc ScreenRow(unsigned row, Matcher<std::string> text) {
  return of_pc(fmt::format("row {} of the screen {}", row, described(text)), [=](const Pc& pc) {
    const std::string there = pc.row(row);
    return text.Matches(there) ? std::string{} : fmt::format("it is \"{}\"", there);
  });
}
OfPc ScreenCell(unsigned row, unsigned column, char character, int attribute) {
  std::string what = fmt::format("cell {} of row {} shows '{}'", column, row, character);
  if (attribute >= 0) what += fmt::format(" with attribute {:#04x}", attribute);
  return of_pc(what, [=](const Pc& pc) -> std::string {
    const std::uint64_t word = pc.context().memory.read({0xB8000 + 2 * (row * 80ull + column)}, 2);
    const bool same = static_cast<char>(word) == character &&
                      (attribute < 0 || word >> 8 == static_cast<unsigned>(attribute));
    if (same) return "";
    const unsigned byte = word & 0xFF;
    return fmt::format("it is {}, attribute {:#04x}",
                       byte >= 0x20 && byte < 0x7F ? fmt::format("'{}'", static_cast<char>(byte))
                                                   : fmt::format("byte {:#04x}", byte),
                       word >> 8);
  });
}
OfPc Serial(Matcher<std::string> text) {
  return of_pc("what COM1 has sent " + described(text), [=](const Pc& pc) {
    const std::string sent = pc.serial();
    if (text.Matches(sent)) return std::string{};
    return sent.empty() ? "it has sent nothing"
                        : fmt::format("it has sent {}",
                                      testing::PrintToString(
                                          sent.size() > 400 ? "..." + sent.substr(sent.size() - 400) : sent));
  });
}

}  // namespace ringside::labs
