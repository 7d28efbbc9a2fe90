// SPDX-License-Identifier: GPL-2.0-or-later
// One instruction in one sentence: bytes from the manual, states by hand.
#include "sim/explain/explain.h"
#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

class ExplainStep : public InspectLab {
 protected:
  CpuState before;
  std::vector<Event> step_events;
  PortWords ports;

  ExplainStep() {
    cpu.rip = 0x8000;
    before = cpu;
  }

  // `change` makes the state after the instruction, whose RIP is set already.
  template <class Change>
  std::string said(std::initializer_list<std::uint8_t> code, Change change) {
    std::uint64_t at_byte = 0x8000;
    for (std::uint8_t b : code) put(at_byte++, b, 1);
    before.rip = 0x8000;
    cpu = before;
    const auto instruction = instruction_at(context(), 0x8000, &before);
    cpu.rip = instruction->end().value;
    change();
    return plain(explain_step(
        {.before = before, .after = cpu, .instruction = *instruction, .events = step_events, .ports = ports},
        context()));
  }
};

TEST_F(ExplainStep, RegistersAreShownWithWhatTheyWere) {
  before[Gpr::rax] = 1;
  EXPECT_EQ(said({0x48, 0xC7, 0xC0, 0x10, 0, 0, 0}, [&] { cpu[Gpr::rax] = 0x10; }),
            "mov rax, 0x10: RAX = 0x10 (was 0x1).");
}

TEST_F(ExplainStep, PushAndPopNameTheValue) {
  EXPECT_EQ(said({0x50},
                 [&] {
                   cpu[Gpr::rsp] -= 8;
                   put(cpu[Gpr::rsp], 0xABC, 8);
                 }),
            "Pushed 0xabc on the stack at 0xfff8.");
  put(kKernelStack, 0x77, 8);
  EXPECT_EQ(said({0x5B},
                 [&] {
                   cpu[Gpr::rsp] += 8;
                   cpu[Gpr::rbx] = 0x77;
                 }),
            "Popped 0x77 from the stack into rbx.");
}

TEST_F(ExplainStep, StoresNameSizeAddressAndValue) {
  before[Gpr::rdi] = 0x9000;
  EXPECT_EQ(said({0xC6, 0x07, 0x41}, [&] { put(0x9000, 0x41, 1); }),
            "mov byte ptr [rdi], 0x41: 1 byte at 0x9000 = 0x41.");
  before[Gpr::rdi] = 0xB8000;
  EXPECT_EQ(said({0x66, 0xC7, 0x07, 0x41, 0x1F}, [&] { put(0xB8000, 0x1F41, 2); }),
            "mov word ptr [rdi], 0x1f41: 2 bytes at 0xb8000 (text screen) = 0x1f41.");
}

TEST_F(ExplainStep, ComparisonsShowTheFlags) {
  EXPECT_EQ(said({0x39, 0xC8}, [&] { cpu.rflags |= 0x44; }), "cmp eax, ecx: ZF = 1, PF = 1.");
  before.rflags |= 0x40;
  EXPECT_EQ(said({0x39, 0xC8}, [] {}), "cmp eax, ecx: flags ZF.");
}

TEST_F(ExplainStep, BranchesSayWhetherAndWhy) {
  before.rflags |= 0x40;
  EXPECT_EQ(said({0x74, 0x10}, [&] { cpu.rip = 0x8012; }), "je jumped to 0x8012 (flags ZF).");
  before.rflags &= ~0x40ull;
  EXPECT_EQ(said({0x74, 0x10}, [] {}), "je did not jump (no flag set).");
  EXPECT_EQ(said({0xE9, 0, 1, 0, 0}, [&] { cpu.rip = 0x8105; }), "Jumped to 0x8105.");
}

TEST_F(ExplainStep, CallsAndReturnsSayWhere) {
  EXPECT_EQ(said({0xE8, 0, 1, 0, 0},
                 [&] {
                   cpu.rip = 0x8105;
                   cpu[Gpr::rsp] -= 8;
                 }),
            "Called 0x8105; the return address 0x8005 is on the stack.");
  EXPECT_EQ(said({0xC3},
                 [&] {
                   cpu.rip = 0x9000;
                   cpu[Gpr::rsp] += 8;
                 }),
            "Returned to 0x9000.");
}

TEST_F(ExplainStep, PortsNameTheChipAndTheMeaning) {
  step_events = {{.kind = EventKind::port_write, .size = 1, .port = 0x43, .value = 0x36}};
  EXPECT_EQ(said({0xE6, 0x43}, [] {}),
            "OUT wrote 0x36 to port 0x43 (PIT control: counter 0, low then high byte, mode 3, square wave).");
  step_events = {{.kind = EventKind::port_read, .size = 1, .port = 0x60, .value = 0x1E}};
  EXPECT_EQ(said({0xE4, 0x60}, [] {}), "IN read 0x1e from port 0x60 (keyboard data: A pressed).");
  step_events = {{.kind = EventKind::port_write, .size = 1, .port = 0x20, .value = 0x20},
                 {.kind = EventKind::eoi, .line = 0}};
  EXPECT_EQ(said({0xE6, 0x20}, [] {}),
            "OUT wrote 0x20 to port 0x20 (PIC master, command: EOI: the interrupt in service is done); IRQ 0 "
            "is done.");
}

TEST_F(ExplainStep, APicsDataPortDependsOnTheSequence) {
  board.pic.master.init = PicInit::kWantIcw2;
  ports = PortWords(board);
  step_events = {{.kind = EventKind::port_write, .size = 1, .port = 0x21, .value = 0x20}};
  EXPECT_EQ(said({0xE6, 0x21}, [] {}),
            "OUT wrote 0x20 to port 0x21 (PIC master, data: ICW2: vectors from 0x20).");
}

TEST_F(ExplainStep, SystemRegistersSayWhatTheyChange) {
  EXPECT_EQ(said({0x0F, 0x01, 0x18},
                 [&] {
                   cpu.idtr = {0x6000, 0x7FF};
                 }),
            "The IDT is now at 0x6000, limit 0x7ff: 128 gates.");
  EXPECT_EQ(said({0x0F, 0x22, 0xD8}, [&] { cpu.cr3 = 0x5000; }),
            "CR3 = 0x5000: another set of page tables is in force.");
  before.rflags &= ~0x200ull;
  EXPECT_EQ(said({0xFB}, [&] { cpu.rflags |= 0x200; }), "Interrupts are on, after one more instruction.");
  EXPECT_EQ(said({0xFA}, [] {}), "Interrupts stay off.");
}

TEST_F(ExplainStep, HltTellsWhatCanWakeIt) {
  step_events = {{.kind = EventKind::halt, .flag = true}};
  EXPECT_EQ(said({0xF4}, [] {}), "HLT: the processor sleeps until the next interrupt.");
  step_events = {{.kind = EventKind::halt, .flag = false}};
  EXPECT_EQ(said({0xF4}, [] {}),
            "HLT with interrupts off: nothing but an NMI or a reset wakes the processor.");
}

TEST_F(ExplainStep, IretTellsRingAndInterruptFlag) {
  before.rflags &= ~0x200ull;
  EXPECT_EQ(said({0x48, 0xCF},
                 [&] {
                   cpu.rip = 0x9000;
                   cpu.cpl = 3;
                   cpu.rflags |= 0x200;
                 }),
            "Returned from the interrupt to 0x9000, in ring 3 (user), interrupts on.");
}

TEST_F(ExplainStep, AnInstructionWithoutEffectSaysSo) {
  EXPECT_EQ(said({0x90}, [] {}), "nop changed no register and no flag.");
}

class ExplainStop : public InspectLab {};

TEST_F(ExplainStop, SaysWhereTheProcessorStands) {
  put(0x8123, 0x90, 1);
  EXPECT_EQ(plain(explain(Stop{.kind = StopKind::breakpoint}, context()).headline),
            "Breakpoint: 0x8123, nop.");
  // The status has 8 bits, what was written 32.
  const auto status = static_cast<std::uint32_t>(write_port(board.debug_exit, 0x90));
  EXPECT_EQ(plain(explain(Stop{.kind = StopKind::debug_exit, .value = status}, context()).headline),
            "The guest wrote 0x90 to the debug-exit port, which ends the run with status 33.");
}

TEST_F(ExplainStop, TellsAnEventByItsDelivery) {
  deliver_and_keep({.vector = 6}, {0x0F, 0x0B});
  events.push({.kind = EventKind::exception, .vector = 6, .delivery = 0});
  EXPECT_EQ(plain(explain(Stop{.kind = StopKind::event, .event = 0}, context()).headline),
            "ud2 in 0x8123 raised an invalid opcode (#UD): UD2 is there to do just this.");
}

TEST_F(ExplainStop, TakesTheInterruptBehindAnAcknowledge) {
  board.pic.master.icw2 = 0x20;
  deliver_and_keep({.vector = 0x20, .source = Source::external});
  events.push({.kind = EventKind::acknowledge, .line = 0, .vector = 0x20});
  events.push({.kind = EventKind::interrupt, .vector = 0x20, .delivery = 0});
  EXPECT_EQ(plain(explain(Stop{.kind = StopKind::event, .event = 0}, context()).headline),
            "The timer (IRQ 0) interrupted 0x8123: the PIC gave vector 0x20.");
}

class ExplainIdle : public ExplainStop {
 protected:
  ExplainIdle() {
    board.pic = pic_after_bios();
    for (std::uint16_t port : {0x21, 0xA1}) write_port(board.pic, port, 0);
  }
  void raise(unsigned irq) {
    set_irq_line(board.pic, irq, false);
    set_irq_line(board.pic, irq, true);
  }
  std::string said() { return plain(explain(Stop{.kind = StopKind::idle}, context()).headline); }
};

TEST_F(ExplainIdle, BlamesTheEoiThatNobodySent) {
  raise(0);
  acknowledge(board.pic);
  raise(1);
  EXPECT_EQ(said(),
            "The processor waits in HLT with interrupts on, and none comes: IRQ 0 (timer) is still in "
            "service, because no EOI was "
            "sent, and IRQ 1 (keyboard) waits behind it.");
}

TEST_F(ExplainIdle, BlamesTheMask) {
  write_port(board.pic, 0x21, 0x02);
  raise(1);
  EXPECT_EQ(said(),
            "The processor waits in HLT with interrupts on, and none comes: IRQ 1 (keyboard) asks for "
            "service, but is masked.");
}

TEST_F(ExplainIdle, ElseAsksForAKey) { EXPECT_THAT(said(), testing::HasSubstr("type something")); }

TEST(Sentences, JoinPlainWordsAndKeepLinksApart) {
  const Sentence s = Say("a ")("b ")("c", Link::vector, 3)(".");
  EXPECT_EQ(s, (Sentence{{"a b "}, {"c", Link::vector, 3}, {"."}}));
  EXPECT_EQ(plain(s), "a b c.");
}

}  // namespace
}  // namespace ringside
