// SPDX-License-Identifier: GPL-2.0-or-later
// The words for what a machine can be expected to be. All are gMock matchers: they combine by AllOf(), Not(),
// and take any matcher where they take a value. Those named for the machine go with expect(pc, ..., why);
// those named for a part go inside of these:
//
//   IdtGate(8, AllOf(IsPresent(), HasIst(1), LeadsTo("lab::double_fault")))
//   TssStack(Eq(...)), Mapped(0x400000, AllOf(Writable(), NoExecute())), NotMapped(0)
//   ScreenRow(0, StartsWith("hello")), ScreenCell(0, 0, 'h', 0x0f), Serial(HasSubstr("ok"))
//   EventsInOrder({PortWrite(0x20, 0x11), PortWrite(0x21, 0x20)}), EventCount(Eoi(1), Eq(3))
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "labs/kit/expect.h"
#include "sim/cpu/paging.h"

namespace ringside::labs {

using OfPc = testing::Matcher<const Pc&>;

// --- gates (Intel SDM volume 3A 6.14.1) ---
struct Gate {
  unsigned vector = 0;
  bool present = false;
  std::uint64_t handler = 0;
  std::uint16_t selector = 0;
  unsigned ist = 0, dpl = 0, type = 0;  // type 14: interrupt gate, 15: trap gate
  const Pc* pc = nullptr;               // for names
};
OfPc IdtGate(unsigned vector, testing::Matcher<const Gate&> gate);
testing::Matcher<const Gate&> IsPresent();
testing::Matcher<const Gate&> HasIst(unsigned stack);  // 0: none
testing::Matcher<const Gate&> HasDpl(unsigned ring);
testing::Matcher<const Gate&> HasSelector(std::uint16_t selector);
testing::Matcher<const Gate&> IsInterruptGate();
testing::Matcher<const Gate&> IsTrapGate();
testing::Matcher<const Gate&> LeadsTo(std::string symbol);
testing::Matcher<const Gate&> LeadsIntoCode();  // an address that the page tables let be executed

// --- TSS (7.7): interrupt stack 1 to 7 of the task register's segment ---
OfPc IstStack(unsigned number, testing::Matcher<std::uint64_t> top);

// --- pages (4.5) ---
OfPc Mapped(std::uint64_t linear, testing::Matcher<const Walk&> how = testing::A<const Walk&>());
OfPc NotMapped(std::uint64_t linear);
testing::Matcher<const Walk&> Writable();
testing::Matcher<const Walk&> ReadOnly();
testing::Matcher<const Walk&> Executable();
testing::Matcher<const Walk&> NoExecute();
testing::Matcher<const Walk&> ForUser();
testing::Matcher<const Walk&> ForKernel();
testing::Matcher<const Walk&> At(std::uint64_t physical);
testing::Matcher<const Walk&> PageOf(std::uint64_t bytes);

// --- what a person sees and a terminal gets ---
OfPc ScreenRow(unsigned row, testing::Matcher<std::string> text);
OfPc ScreenCell(unsigned row, unsigned column, char character,
                int attribute = -1);  // attribute: as in the second byte
OfPc Serial(testing::Matcher<std::string> text);

// --- what happened ---
// One kind of event, described as a person would.
struct EventWord {
  std::string text;  // "an end of interrupt for IRQ 1"
  std::function<bool(const Event&)> is;
};
EventWord PortWrite(std::uint16_t port);
EventWord PortWrite(std::uint16_t port, std::uint8_t value);
EventWord PortRead(std::uint16_t port);
EventWord Eoi(unsigned irq);
EventWord Acknowledge(unsigned irq);
EventWord ExceptionOf(unsigned vector);
EventWord InterruptOf(unsigned vector);
EventWord Halted();
EventWord AnyOfThese(std::string text, std::vector<EventWord> words);

// Each after the one before; others may lie between. `since`: a Pc::mark().
OfPc EventsInOrder(std::vector<EventWord> words, std::uint64_t since = 0);
OfPc EventCount(EventWord word, testing::Matcher<std::size_t> count, std::uint64_t since = 0);

// --- side by side with the reference ---
// What can be seen from outside of a kernel: which events count.
using Visible = std::function<bool(const Event&)>;
Visible PortTraffic(std::vector<std::uint16_t> ports);               // reads and writes of these
Visible PortTrafficAndInterrupts(std::vector<std::uint16_t> ports);  // and acknowledged interrupts
// The first event in which the two differ, since power-on or since marks in both.
OfPc SameEventsAs(const Pc& reference, Visible visible, std::uint64_t since = 0,
                  std::uint64_t reference_since = 0);
OfPc SameScreenAs(const Pc& reference);
OfPc SameSerialAs(const Pc& reference);

}  // namespace ringside::labs
