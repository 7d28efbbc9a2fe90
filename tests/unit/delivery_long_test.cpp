// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery in long mode when it goes well: frames, stacks, flags. Source: SDM volume 3A 6.14, figures 6-8 and
// 6-9.
#include <gmock/gmock.h>

#include "support/delivery_lab.h"

namespace ringside {
namespace {

using testing::ElementsAre;

using DeliveryLong = LongLab;

TEST_F(DeliveryLong, InterruptWithoutAChangeOfStack) {
  const Delivery d = run({.vector = 0x20, .source = Source::external});
  ASSERT_EQ(d.attempts.size(), 1u);
  EXPECT_EQ(d.attempts[0].end, AttemptEnd::delivered);
  EXPECT_FALSE(d.triple_fault());
  // RIP, CS, RFLAGS, RSP, SS from the top of the stack down: five quadwords, no error code.
  EXPECT_EQ(d.after[Gpr::rsp], 0xFFD8u);
  EXPECT_THAT(items(0xFFD8, 5), ElementsAre(0x8123, 0x08, 0x202, 0x1'0000, 0x10));
  EXPECT_EQ(d.after.rip, 0x9200u);
  EXPECT_EQ(d.after.rflags, 0x2u);  // IF cleared by the interrupt gate
  EXPECT_EQ(d.after.cs, cpu.cs);
  EXPECT_EQ(d.after.ss, cpu.ss);
  EXPECT_EQ(d.after.cpl, 0);
  EXPECT_EQ(d.writes.size(), 5u);
  EXPECT_EQ(d.writes[0].linear.value, 0xFFF8u);
}

TEST_F(DeliveryLong, ChangesNoOtherRegister) {
  cpu.cr2 = 0x1234;
  const Delivery d = run({.vector = 6});
  CpuState expected = cpu;
  expected[Gpr::rsp] = 0xFFD8;
  expected.rip = 0x9060;
  expected.rflags = 0x2;
  EXPECT_EQ(d.after, expected);
}

TEST_F(DeliveryLong, PageFaultWithErrorCodeAndCr2) {
  const Delivery d = run({.vector = 14, .error_code = 0x6, .cr2 = 0xDEAD'B000});
  EXPECT_EQ(d.after[Gpr::rsp], 0xFFD0u);
  EXPECT_THAT(items(0xFFD0, 6), ElementsAre(0x6, 0x8123, 0x08, 0x1'0202, 0x1'0000, 0x10));
  EXPECT_EQ(d.after.cr2, 0xDEAD'B000u);
}

TEST_F(DeliveryLong, ErrorCodeForExactlyTheseExceptions) {
  for (unsigned v = 0; v < 32; ++v) {
    const Delivery d = run({.vector = static_cast<std::uint8_t>(v), .error_code = 0x1238});
    const bool code = v == 8 || v == 10 || v == 11 || v == 12 || v == 13 || v == 14 || v == 17 || v == 21;
    EXPECT_EQ(d.after[Gpr::rsp], code ? 0xFFD0u : 0xFFD8u) << "vector " << v;
    EXPECT_EQ(get(d.after[Gpr::rsp]), code ? 0x1238u : 0x8123u) << "vector " << v;
    EXPECT_EQ(pushes_error_code(static_cast<std::uint8_t>(v)), code);
  }
}

TEST_F(DeliveryLong, InterruptsNeverPushAnErrorCode) {
  for (const Source source :
       {Source::external, Source::software_int, Source::nmi, Source::icebp, Source::trap}) {
    EXPECT_EQ(run({.vector = 14, .source = source, .error_code = 5}).after[Gpr::rsp], 0xFFD8u);
  }
}

TEST_F(DeliveryLong, AlignsTheFrameTo16Bytes) {
  for (std::uint64_t rsp = 0xFFF1; rsp <= 0xFFFF; ++rsp) {
    cpu[Gpr::rsp] = rsp;
    const Delivery d = run({.vector = 0x20, .source = Source::external});
    EXPECT_EQ(d.after[Gpr::rsp], 0xFFF0u - 40);
    EXPECT_EQ(get(0xFFF0 - 16), rsp);
    const MicroStep* align = find(d.attempts[0], MicroStepKind::stack_align);
    ASSERT_TRUE(align);
    EXPECT_EQ(align->value, rsp);
    EXPECT_EQ(align->value2, 0xFFF0u);
  }
}

TEST_F(DeliveryLong, FromRing3TheStackIsRsp0AndSsIsNull) {
  enter_user_mode();
  const Delivery d = run({.vector = 13, .error_code = 0x2B});
  EXPECT_EQ(d.after[Gpr::rsp], kRsp0 - 48);
  EXPECT_THAT(items(kRsp0 - 48, 6), ElementsAre(0x2B, 0x8123, 0x23, 0x1'0202, 0x4'0008, 0x1B));
  EXPECT_EQ(d.after.cpl, 0);
  EXPECT_EQ(d.after.cs, (Segment{0x08, 0, 0xFFFF'FFFF, 0xA09B}));
  EXPECT_EQ(d.after.ss, (Segment{}));
  const MicroStep* stack = find(d.attempts[0], MicroStepKind::stack_from_tss);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->address.value, 0x7004u);
  EXPECT_EQ(stack->value, kRsp0);
  EXPECT_EQ(stack->value2, 0u);
}

TEST_F(DeliveryLong, IntoRing1TheStackIsRsp1AndTheNullSelectorHasRpl1) {
  enter_user_mode();
  descriptor(0x30, 0x00AF'BB00'0000'FFFF);
  gate(0x50, 0x30, kHandler, 0x8E);
  const Delivery d = run({.vector = 0x50, .source = Source::external});
  EXPECT_EQ(d.after[Gpr::rsp], 0x2'1000u - 40);
  EXPECT_EQ(d.after.ss.selector, 1);
  EXPECT_EQ(d.after.cs.selector, 0x31);
  EXPECT_EQ(d.after.cpl, 1);
}

TEST_F(DeliveryLong, AConformingHandlerKeepsTheCplAndTheStack) {
  enter_user_mode();
  descriptor(0x30, 0x00AF'9F00'0000'FFFF);
  gate(0x50, 0x30, kHandler, 0x8E);
  const Delivery d = run({.vector = 0x50, .source = Source::external});
  EXPECT_EQ(d.after.cpl, 3);
  EXPECT_EQ(d.after.cs.selector, 0x33);
  EXPECT_EQ(d.after.ss, cpu.ss);
  EXPECT_EQ(d.after[Gpr::rsp], 0x4'0000u - 40);
}

TEST_F(DeliveryLong, IstStackWinsFromBothRings) {
  gate(8, kCode, kHandler, 0x8E, 1);
  Delivery d = run({.vector = 8, .source = Source::abort});
  EXPECT_EQ(d.after[Gpr::rsp], kIst1 - 48);
  EXPECT_EQ(d.after.ss, cpu.ss);  // no change of privilege: SS stays
  EXPECT_EQ(get(kIst1 - 16), 0x1'0000u);

  enter_user_mode();
  gate(2, kCode, kHandler, 0x8E, 7);
  d = run({.vector = 2, .source = Source::nmi});
  EXPECT_EQ(d.after[Gpr::rsp], 0x3'7000u - 40);
  EXPECT_EQ(d.after.ss, (Segment{}));
  const MicroStep* stack = find(d.attempts[0], MicroStepKind::stack_from_ist);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->address.value, 0x7000u + 84);
  EXPECT_EQ(stack->value2, 7u);
}

TEST_F(DeliveryLong, OnlyTheLowThreeBitsOfTheIstFieldCount) {
  gate(0x20, kCode, kHandler, 0x8E, 0xF8);
  EXPECT_EQ(run({.vector = 0x20, .source = Source::external}).after[Gpr::rsp], 0xFFD8u);
}

TEST_F(DeliveryLong, ATrapGateLeavesInterruptsOn) {
  gate(3, kCode, kHandler, 0x8F);
  EXPECT_EQ(run({.vector = 3, .source = Source::software_int, .instruction_bytes = 1}).after.rflags, 0x202u);
}

TEST_F(DeliveryLong, ClearsTfNtRfButKeepsTheRest) {
  cpu.rflags = 0x3 | 0x100 | 0x200 | 0x400 | 0x3000 | 0x4000 | 0x1'0000 | 0x4'0000 | 0x20'0000;
  const Delivery d = run({.vector = 0x20, .source = Source::external});
  EXPECT_EQ(d.after.rflags, 0x3u | 0x400 | 0x3000 | 0x4'0000 | 0x20'0000);
  EXPECT_EQ(get(0xFFE8), cpu.rflags);
  const MicroStep* flags = find(d.attempts[0], MicroStepKind::load_flags);
  EXPECT_EQ(flags->value, cpu.rflags);
  EXPECT_EQ(flags->value2, d.after.rflags);
}

TEST_F(DeliveryLong, SavedRfByKindOfEvent) {
  struct Case {
    Exception exception;
    std::uint64_t rf_when_clear, rf_when_set;
    const char* what;
  };
  const std::uint64_t on = 0x1'0000;
  const Case cases[] = {
      {{.vector = 6}, on, on, "fault"},
      {{.vector = 14, .cr2 = 0}, on, on, "page fault"},
      {{.vector = 1, .dr6 = 1}, 0, on, "instruction breakpoint: as it is"},
      {{.vector = 1, .dr6 = 1 << 13}, on, on, "general detect"},
      {{.vector = 1, .source = Source::trap, .dr6 = 1 << 14}, 0, on, "single step"},
      {{.vector = 0x20, .source = Source::external}, 0, on, "interrupt"},
      {{.vector = 0x80, .source = Source::software_int, .instruction_bytes = 2}, 0, on, "INT n"},
  };
  gate(0x80, kCode, kHandler, 0xEE);
  for (const Case& c : cases) {
    for (const bool set : {false, true}) {
      cpu.rflags = 0x202 | (set ? on : 0);
      const Delivery d = run(c.exception);
      const std::uint64_t image =
          get(d.after[Gpr::rsp] + 16 + (pushes_error_code(c.exception.vector) ? 8 : 0));
      EXPECT_EQ(image & on, set ? c.rf_when_set : c.rf_when_clear) << c.what;
      EXPECT_EQ(image & ~on, 0x202u);
      EXPECT_EQ(d.after.rflags & on, 0u);
    }
  }
}

TEST_F(DeliveryLong, FromCompatibilityCodeTheSame64BitFrame) {
  enter_user_mode();
  descriptor(0x38, 0x00CF'FB00'0000'FFFF);
  cpu.cs = {0x3B, 0, 0xFFFF'FFFF, 0xC0FB};
  ASSERT_EQ(mode(cpu), CpuMode::compatibility_32);
  const Delivery d = run({.vector = 14, .error_code = 7, .cr2 = 0x1000});
  EXPECT_THAT(items(kRsp0 - 48, 6), ElementsAre(0x7, 0x8123, 0x3B, 0x1'0202, 0x4'0008, 0x1B));
  EXPECT_EQ(mode(d.after), CpuMode::long_64);
}

TEST_F(DeliveryLong, SoftwareInterruptThroughAGateForRing3) {
  enter_user_mode();
  gate(0x80, kCode, 0xFFFF'8000'1234'5678, 0xEE);
  const Delivery d = run({.vector = 0x80, .source = Source::software_int, .instruction_bytes = 2});
  EXPECT_EQ(d.after.rip, 0xFFFF'8000'1234'5678u);
  EXPECT_EQ(get(kRsp0 - 40), 0x8123u);  // the RIP handed in: behind the INT
  EXPECT_TRUE(find(d.attempts[0], MicroStepKind::gate_dpl));
}

TEST_F(DeliveryLong, ExternalInterruptsAndExceptionsIgnoreTheGatesDpl) {
  enter_user_mode();
  for (const Source source : {Source::external, Source::fault, Source::trap, Source::icebp, Source::nmi}) {
    const Delivery d = run({.vector = 3, .source = source, .instruction_bytes = 1});
    EXPECT_EQ(d.attempts.size(), 1u);
    EXPECT_FALSE(find(d.attempts[0], MicroStepKind::gate_dpl));
  }
}

TEST_F(DeliveryLong, DebugExceptionUpdatesDr6AndClearsGeneralDetect) {
  cpu.dr6 = 0xFFFF'0FF1;
  cpu.dr7 = 0x2401;
  Delivery d = run({.vector = 1, .source = Source::trap, .dr6 = 0x4000});
  EXPECT_EQ(d.after.dr6, 0xFFFF'4FF1u);
  EXPECT_EQ(d.after.dr7, 0x0401u);
  // INT 1 is no debug exception.
  gate(1, kCode, kHandler, 0xEE);
  d = run({.vector = 1, .source = Source::software_int, .dr6 = 0x4000, .instruction_bytes = 2});
  EXPECT_EQ(d.after.dr6, cpu.dr6);
  EXPECT_EQ(d.after.dr7, cpu.dr7);
}

TEST_F(DeliveryLong, NmiBlocksFurtherNmisAndOnlyAnNmiDoes) {
  EXPECT_TRUE(run({.vector = 2, .source = Source::nmi}).after.nmi_blocked);
  EXPECT_FALSE(run({.vector = 2, .source = Source::external}).after.nmi_blocked);
}

TEST_F(DeliveryLong, EndsHaltAndShadow) {
  cpu.halted = cpu.interrupt_shadow = true;
  const Delivery d = run({.vector = 2, .source = Source::nmi});
  EXPECT_FALSE(d.after.halted);
  EXPECT_FALSE(d.after.interrupt_shadow);
}

TEST_F(DeliveryLong, SetsAccessedAndDirtyBitsOfThePagesItUses) {
  for (std::uint64_t a = 0; a < 0x20'0000; a += 0x1000) page(a, 0x07);
  put(0x3000, kPageTable | 0x07, 8);
  run({.vector = 0x20, .source = Source::external});
  EXPECT_EQ(get(kPageTable + 8 * 0x6), 0x6027u);  // IDT: read
  EXPECT_EQ(get(kPageTable + 8 * 0x5), 0x5027u);  // GDT: read
  EXPECT_EQ(get(kPageTable + 8 * 0xF), 0xF067u);  // stack: written
  EXPECT_EQ(get(kPageTable + 8 * 0x7), 0x7007u);  // TSS: not needed here
  EXPECT_EQ(get(0x3000), 0x4027u);                // no dirty bit above the page
  EXPECT_EQ(get(kPageTable + 8 * 0x9), 0x9007u);  // the handler is fetched later
}

TEST_F(DeliveryLong, SetsTheAccessedBitOfTheCodeDescriptor) {
  descriptor(kCode, 0x00AF'9A00'0000'FFFF);
  const Delivery d = run({.vector = 0x20, .source = Source::external});
  EXPECT_EQ(get(kGdt + 8), 0x00AF'9B00'0000'FFFFu);
  EXPECT_EQ(d.after.cs.attributes, 0xA09B);
}

TEST_F(DeliveryLong, IgnoresTheBaseOf64BitCode) {
  descriptor(0x30, 0x12AF'9B34'5678'FFFF);
  gate(0x20, 0x30, kHandler, 0x8E);
  EXPECT_EQ(run({.vector = 0x20, .source = Source::external}).after.cs.base, 0u);
}

TEST_F(DeliveryLong, TakesCodeFromTheLdt) {
  put(kLdt + 8, 0x00AF'9B00'0000'FFFF, 8);
  cpu.ldtr = {0x50, kLdt, 0xF, 0x82};
  gate(0x20, 0x0C, kHandler, 0x8E);
  EXPECT_EQ(run({.vector = 0x20, .source = Source::external}).after.cs.selector, 0x0C);
}

TEST_F(DeliveryLong, AFrameMayCrossAPageBorder) {
  page(0x1'0000, 0x67);
  page(0xF000, 0x67);
  cpu[Gpr::rsp] = 0x1'0010;
  run({.vector = 0x20, .source = Source::external});
  EXPECT_THAT(items(0x1'0010 - 40, 5), ElementsAre(0x8123, 0x08, 0x202, 0x1'0010, 0x10));
}

TEST_F(DeliveryLong, AGateMayCrossIntoAPageElsewhere) {
  cpu.idtr.base = 0x6FF4;  // vector 0 begins 12 bytes before the page's end
  page(0x7000, 0x67);
  put(0x6FF4, 0x0000'8E00'0008'9000, 8);
  put(kPageTable + 8 * 7, 0x5'0067, 8);  // the next page lies at 0x50000
  put(0x6FFC, 0x1234, 4);
  put(0x5'0000, 0, 4);
  const Delivery d = run({.vector = 0});
  EXPECT_EQ(d.after.rip, 0x1234'0000'9000u);
}

TEST_F(DeliveryLong, StepsTellTheWholeWay) {
  enter_user_mode();
  const Delivery d = run({.vector = 14, .error_code = 4, .cr2 = 0x77'7000});
  std::vector<MicroStepKind> kinds;
  for (const MicroStep& s : d.attempts[0].steps) {
    EXPECT_TRUE(s.ok);
    EXPECT_EQ(s.vector, 14);
    kinds.push_back(s.kind);
  }
  using enum MicroStepKind;
  EXPECT_THAT(kinds, ElementsAre(recognise, idt_limit, gate_read, gate_type, gate_present, target_descriptor,
                                 target_check, stack_from_tss, stack_segment, stack_align, push, push, push,
                                 push, push, push, load_cs, load_flags, jump));
  const std::vector<MicroStep>& steps = d.attempts[0].steps;
  EXPECT_EQ(steps[0].value, 4u);
  EXPECT_EQ(steps[0].address.value, 0x77'7000u);
  EXPECT_EQ(steps[1].value, 14u * 16 + 15);
  EXPECT_EQ(steps[1].value2, 0xFFFu);
  EXPECT_EQ(steps[2].address.value, 0x6000u + 14 * 16);
  EXPECT_EQ(steps[2].size, 16);
  EXPECT_EQ(steps[2].value, 0x0000'8E00'0008'90E0u);
  EXPECT_EQ(steps[3].value, 0xEu);
  EXPECT_EQ(steps[5].address.value, 0x5008u);
  EXPECT_EQ(steps[5].value, 0x00AF'9B00'0000'FFFFu);
  EXPECT_EQ(steps[5].value2, 0x08u);
  const Pushed order[] = {Pushed::ss, Pushed::rsp, Pushed::rflags,
                          Pushed::cs, Pushed::rip, Pushed::error_code};
  for (unsigned i = 0; i < 6; ++i) {
    EXPECT_EQ(steps[10 + i].what, order[i]);
    EXPECT_EQ(steps[10 + i].address.value, kRsp0 - 8 * (i + 1));
    EXPECT_EQ(steps[10 + i].size, 8);
  }
  EXPECT_EQ(steps[16].value, 0x08u);
  EXPECT_EQ(steps[18].value, 0x90E0u);
}

TEST_F(DeliveryLong, StackMayBeginAtTheEndOfTheLowerHalf) {
  // RSP itself is no canonical address there, the bytes pushed are. The page below is not mapped here, so
  // that the answer is a page fault on it and no stack fault.
  cpu[Gpr::rsp] = 0x0000'8000'0000'0000;
  gate(8, kCode, kHandler, 0x8E, 1);
  const Delivery d = run({.vector = 0x20, .source = Source::external});
  EXPECT_EQ(d.attempts[0].steps.back().vector, 14);
  EXPECT_EQ(d.attempts[0].steps.back().address.value, 0x0000'7FFF'FFFF'FFF8u);
}

TEST(DeliveryNames, TableOfExceptions) {
  EXPECT_STREQ(mnemonic(0), "#DE");
  EXPECT_STREQ(mnemonic(13), "#GP");
  EXPECT_STREQ(mnemonic(19), "#XM");
  EXPECT_STREQ(mnemonic(32), "");
  EXPECT_STREQ(exception_name(14), "Page Fault");
  EXPECT_STREQ(exception_name(15), "reserved");
  EXPECT_STREQ(exception_name(0x80), "interrupt");
}

}  // namespace
}  // namespace ringside
