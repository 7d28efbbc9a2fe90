// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/event_tables.h"

#include "sim/explain/explain.h"
#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

using testing::HasSubstr;

class Events : public InspectLab {};

TEST_F(Events, AreFilteredByKindNewestKept) {
  for (unsigned i = 0; i < 10; ++i) events.push({.kind = EventKind::irq_raised, .line = 1});
  events.push({.kind = EventKind::halt});
  const Table t = events_table(context(), EventMask{EventKind::irq_raised}, 3);
  EXPECT_EQ(keys(t), (std::vector<std::string>{"7", "8", "9"}));
  EXPECT_EQ(at(t, "9", "What"), "IRQ 1 (keyboard) raised");
}

TEST_F(Events, OfALogThatOverflowedKeepTheirNumbers) {
  for (unsigned i = 0; i < 100; ++i) events.push({.kind = EventKind::eoi, .line = 0});
  const Table t = events_table(context(), usual_events(), 1000);
  EXPECT_EQ(t.rows.size(), 64u);
  EXPECT_EQ(t.rows.front().key, "36");
  EXPECT_EQ(t.rows.back().key, "99");
}

TEST_F(Events, FollowThePicsInitialisationAcrossRows) {
  for (const auto& [port, value] : {std::pair{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0x21, 0xFE}})
    events.push({.kind = EventKind::port_write,
                 .size = 1,
                 .port = static_cast<std::uint16_t>(port),
                 .value = static_cast<std::uint32_t>(value)});
  const Table t = events_table(context(), EventMask{EventKind::port_write}, 2);
  EXPECT_EQ(at(t, "3", "What"), "OUT 0x01 to port 0x21 (PIC master, data): ICW4: 8086 mode, normal EOI");
  EXPECT_EQ(at(t, "4", "What"), "OUT 0xfe to port 0x21 (PIC master, data): mask: open are IRQ 0");
}

TEST_F(Events, TellWhatCameFromOutside) {
  const std::vector<LoggedCommand> commands = {{0, 0, TypeKey{{Key::f, true}}}, {0, 0, RaiseNmi{}}};
  for (std::uint32_t i = 0; i < 3; ++i) events.push({.kind = EventKind::command, .value = i});
  InspectContext now = context();
  now.commands = &commands;
  const Table t = events_table(now, usual_events());
  EXPECT_EQ(at(t, "0", "What"), describe(commands[0].command));
  EXPECT_EQ(at(t, "1", "What"), "NMI");
  EXPECT_EQ(at(t, "2", "What"), "something from outside");
  EXPECT_THAT(plain(explain(events[0], now)), testing::StartsWith("Key "));
}

TEST_F(Events, HaveWords) {
  const auto words = [&](const Event& e) { return event_words(e, context()); };
  EXPECT_EQ(words({.kind = EventKind::port_read, .size = 2, .port = 0x1F0, .value = 0xFF}),
            "IN 0x00ff from port 0x1f0 (first disk)");
  EXPECT_EQ(words({.kind = EventKind::acknowledge, .line = 7, .vector = 0x27, .flag = true}),
            "PIC acknowledged: IRQ 7 gives vector 0x27, spurious");
  EXPECT_EQ(words({.kind = EventKind::eoi, .line = 0xFF, .value = 1}),
            "EOI to the slave, nothing was in service");
  EXPECT_EQ(words({.kind = EventKind::exception, .vector = 14, .value = 2}),
            "page fault (#PF): write, page not present, supervisor mode");
  EXPECT_EQ(words({.kind = EventKind::ring_change, .value = 3, .value2 = 0}), "ring 0 to ring 3");
}

TEST_F(Events, AreChosenByWords) {
  EXPECT_TRUE(event_mask("port-write,halt")->has(EventKind::port_write));
  EXPECT_TRUE(event_mask("port-write,halt")->has(EventKind::halt));
  EXPECT_FALSE(event_mask("port-write,halt")->has(EventKind::port_read));
  EXPECT_TRUE(event_mask("irq")->has(EventKind::eoi));
  EXPECT_TRUE(event_mask("all")->has(EventKind::serial_byte));
  EXPECT_FALSE(event_mask("moo").has_value());
  EXPECT_FALSE(usual_events().has(EventKind::port_read));
}

class Anatomy : public InspectLab {
 protected:
  Exception page_fault{.vector = 14, .error_code = 2, .cr2 = 0xDEAD'0000};

  std::string sentences(const DeliveryRecord& record) {
    std::string all;
    for (const Row& row : anatomy_table(context(), record).rows) all += row.cells.back().text + "\n";
    return all;
  }
};

TEST_F(Anatomy, TellsADeliveryStepByStep) {
  gate(14, kCode, 0x9000, 0x8E, 1);
  EXPECT_EQ(sentences(deliver_and_keep(page_fault)),
            "The processor recognises page fault (#PF): a fault, the instruction did not complete and would "
            "run again. CR2 is set to "
            "0xdead0000.\n"
            "Gate 14 lies within the limit of the IDT.\n"
            "The gate of vector 14 is read from 0x60e0.\n"
            "It is an interrupt gate: interrupts will be off in the handler.\n"
            "The gate is present.\n"
            "The descriptor of selector 0x8 is read from 0x5008.\n"
            "It is code, present, and leads to ring 0 (kernel).\n"
            "The gate asks for IST 1: the TSS gives RSP = 0x30000.\n"
            "The stack pointer is a multiple of 16 already.\n"
            "SS 0x10 is pushed to 0x2fff8.\n"
            "RSP 0x10000 is pushed to 0x2fff0.\n"
            "RFLAGS 0x10202 is pushed to 0x2ffe8.\n"
            "CS 0x8 is pushed to 0x2ffe0.\n"
            "RIP 0x8123 is pushed to 0x2ffd8.\n"
            "Error code 0x2 is pushed to 0x2ffd0.\n"
            "CS is 0x8: ring 0 (kernel).\n"
            "IF is cleared for the handler.\n"
            "The next instruction is the first of 0x9000.\n");
}

TEST_F(Anatomy, MarksTheStepThatFailsAndGoesOnWithTheNextAttempt) {
  gate(14, kCode, 0x9000, 0x0E);  // not present
  const Table t = anatomy_table(context(), deliver_and_keep(page_fault));
  std::vector<std::string> failed;
  for (const Row& row : t.rows)
    if (row.cells[4].tone == Tone::fault) failed.push_back(row.cells.back().text);
  EXPECT_EQ(failed, (std::vector<std::string>{
                        "The gate of vector 14 is not present.",
                        "The delivery of #PF raises #NP: together they become a double fault."}));
  EXPECT_EQ(t.rows.back().cells[1].text, "#DF");
  EXPECT_EQ(t.rows.back().cells.back().text, "The next instruction is the first of 0x9080.");
}

TEST_F(Anatomy, NamesThePageThatAStackLacks) {
  cpu[Gpr::rsp] = 0xDEAD'0000;
  const Table t = anatomy_table(context(), deliver_and_keep(page_fault));
  EXPECT_THAT(to_text(t), HasSubstr("SS cannot be pushed to 0xdeacfff8: the page walk of 0xdeacfff8 stopped "
                                    "at PDPT[3] at 0x2018: not present."));
}

TEST_F(Anatomy, SaysThatAnEmptyIdtHasNoGate) {
  cpu.idtr.limit = 0;
  EXPECT_THAT(sentences(deliver_and_keep({.vector = 13})),
              HasSubstr("The IDT limit is 0, so there is no gate for vector 13."));
}

TEST_F(Anatomy, ListsDeliveriesWithTheirOutcome) {
  deliver_and_keep({.vector = 33, .source = Source::external});
  gate(14, kCode, 0x9000, 0x0E);
  deliver_and_keep(page_fault);
  cpu.idtr.limit = 0;
  deliver_and_keep({.vector = 6});
  const Table t = deliveries_table(context());
  EXPECT_EQ(at(t, "0", "Outcome"), "delivered");
  EXPECT_EQ(at(t, "0", "Handler"), "0x9210");
  EXPECT_EQ(at(t, "1", "Outcome"), "#PF then #DF");
  EXPECT_EQ(at(t, "2", "Outcome"), "#UD then #GP then #DF: triple fault");
  EXPECT_EQ(find_delivery(context(), 1)->number, 1u);
  EXPECT_EQ(find_delivery(context(), 9), nullptr);
}

}  // namespace
}  // namespace ringside
